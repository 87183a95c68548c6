import { hrefOf } from '../../app/router.ts';
import { useSite, useWords } from '../../app/site.tsx';
import { RiskBadge } from '../../parts/risk-badge.tsx';
import { lookAhead, type Week } from '../../risk/look-ahead.ts';
import { toneOf } from '../../risk/scale.ts';
import { isChance, shownActivities, type ShownActivity } from '../../risk/shown.ts';
import { titleOf } from '../../risk/title.ts';
import type { SiteView } from '../../worker/types.ts';

/** The three-week look-ahead of every site meeting, with the risk beside each activity. */
export function Ahead({ view }: { view: SiteView }) {
  const { words, now } = useSite();
  const weeks = lookAhead(shownActivities(view), now, words.format.firstDayOfWeek);
  return (
    <>
      <div class="page-head">
        <h1>{words.ahead.title}</h1>
      </div>
      <div class="weeks">
        {weeks.map((week, i) => (
          <WeekList week={week} name={words.ahead.names[i] ?? ''} key={week.from} />
        ))}
      </div>
    </>
  );
}

function WeekList({ week, name }: { week: Week; name: string }) {
  const { ahead } = useWords();
  const high = week.activities.filter(({ said }) => said && isChance(said) && toneOf(said.score) === 'high').length;
  return (
    <section class="week" aria-label={name}>
      <header>
        <h2>{name}</h2>
        <p class="quiet">
          {ahead.week(week.from, week.to - 1)}
          {high > 0 && <b> · {ahead.high(high)}</b>}
        </p>
      </header>
      {week.activities.length === 0 && <p class="quiet">{ahead.none}</p>}
      <ul class="plain-list">
        {week.activities.map((shown) => (
          <WeekRow shown={shown} week={week} key={shown.activity.activity} />
        ))}
      </ul>
    </section>
  );
}

function WeekRow({ shown: { activity, said }, week }: { shown: ShownActivity; week: Week }) {
  const { words, now } = useSite();
  const { startAt = 0, dueAt = 0 } = activity.plan ?? {};
  return (
    <li>
      <a href={hrefOf({ page: 'activity', activity: activity.activity })}>
        <span>
          {titleOf(activity)}
          <span class="quiet dates">
            {startAt >= week.from && `${words.ahead.starts(startAt)} · `}
            {dueAt < now ? <b>{words.ahead.overdue(dueAt)}</b> : words.ahead.due(dueAt)}
          </span>
        </span>
        {said !== undefined && <RiskBadge said={said} />}
      </a>
    </li>
  );
}
