import { useSite } from '../../app/site.tsx';
import type { ActivityRisk } from '../../worker/types.ts';
import { causeWords } from '../../words/cause.ts';

/** What is planned and how far it is. */
export function Facts({ activity: { plan, progress, outcome } }: { activity: ActivityRisk }) {
  const { words } = useSite();
  const { activity: say, format } = words;
  return (
    <>
      <dl class="facts">
        {plan !== undefined && (
          <>
            <dt>{say.from}</dt>
            <dd>{format.weekday(plan.startAt)}</dd>
            <dt>{say.due}</dt>
            <dd>{format.weekday(plan.dueAt)}</dd>
          </>
        )}
        {progress !== undefined && (
          <>
            <dt>{say.done}</dt>
            <dd>
              <progress value={progress.percentComplete} max={100} aria-label={say.done} />{' '}
              {format.percent(progress.percentComplete / 100)}
            </dd>
          </>
        )}
      </dl>
      {progress?.finishedAt !== undefined && <p class="flag">{say.finished(progress.finishedAt)}</p>}
      {outcome !== undefined && <p class="flag">{outcome.label === 1 ? say.wasLate : say.wasInTime}</p>}
      {progress?.cause !== undefined && <p class="flag">{say.heldUp(causeWords(progress.cause, words))}</p>}
    </>
  );
}
