import { hrefOf } from '../../app/router.ts';
import { useWords } from '../../app/site.tsx';
import type { ShownActivity } from '../../risk/shown.ts';
import { titleOf } from '../../risk/title.ts';

/** Out of the way, and one tap away for whoever has to correct something. */
export function FinishedList({ done }: { done: readonly ShownActivity[] }) {
  const { today, activity: words } = useWords();
  return (
    <details class="finished">
      <summary>{today.done(done.length)}</summary>
      <ul class="plain-list">
        {done.map(({ activity }) => (
          <li key={activity.activity}>
            <a href={hrefOf({ page: 'activity', activity: activity.activity })}>
              <span>{titleOf(activity)}</span>
              {activity.outcome !== undefined && (
                <span class="quiet">{activity.outcome.label === 1 ? words.wasLate : words.wasInTime}</span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}
