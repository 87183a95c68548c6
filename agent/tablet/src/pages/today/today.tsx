import { useWords } from '../../app/site.tsx';
import { ActivityCard } from '../../parts/activity-card.tsx';
import { Notice } from '../../parts/notice.tsx';
import { isDone, shownActivities } from '../../risk/shown.ts';
import type { SiteView } from '../../worker/types.ts';
import { FinishedList } from './finished-list.tsx';

/** What to look at first on this site, today. */
export function Today({ view }: { view: SiteView }) {
  const { today } = useWords();
  const shown = shownActivities(view);
  const done = shown.filter(({ activity }) => isDone(activity));
  const open = shown.filter(({ activity }) => !isDone(activity));
  const spoken = open.filter(({ said }) => said !== undefined);
  const quiet = open.filter(({ said }) => said === undefined);
  return (
    <>
      <div class="page-head">
        <h1>{today.title}</h1>
        <p class="quiet">
          {view.site} · {today.open(open.length)}
          {spoken.length > 1 && ` · ${today.lead}`}
        </p>
      </div>
      <WhyNothing view={view} isEmpty={shown.length === 0} isSilent={spoken.length === 0} />
      <ol class="cards">
        {spoken.map((one) => (
          <ActivityCard shown={one} key={one.activity.activity} />
        ))}
      </ol>
      {quiet.length > 0 && (
        <>
          {spoken.length > 0 && <p class="divider">{today.quiet}</p>}
          <ol class="cards">
            {quiet.map((one) => (
              <ActivityCard shown={one} key={one.activity.activity} />
            ))}
          </ol>
        </>
      )}
      {done.length > 0 && <FinishedList done={done} />}
    </>
  );
}

/** Right after a start what was said before is shown, and the model is still being loaded: nothing is to be explained. */
function WhyNothing({ view, isEmpty, isSilent }: { view: SiteView; isEmpty: boolean; isSilent: boolean }) {
  const { today } = useWords();
  if (isEmpty) return <Notice title={today.none}>{today.noneBecause}</Notice>;
  if (!isSilent) return null;
  const answering = view.lines.filter(({ running }) => running !== undefined);
  if (answering.length === 0) return <Notice>{today.noModel}</Notice>;
  const hasNoSkill = answering.every(({ skill }) => skill.verdict === 'none');
  return hasNoSkill ? <Notice>{today.noSkill}</Notice> : null;
}
