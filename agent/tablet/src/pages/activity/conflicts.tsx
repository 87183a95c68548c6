import { useSite } from '../../app/site.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { Notice } from '../../parts/notice.tsx';
import { openConflicts, type Conflict, type Edit } from '../../risk/conflicts.ts';
import { causeWords } from '../../words/cause.ts';
import type { Words } from '../../words/words.ts';
import type { ActivityRisk } from '../../worker/types.ts';
import { settle } from '../record/settle.ts';
import { useRecorder } from '../record/use-recorder.ts';

/** Two people, or two tablets, said different things: both are shown, and somebody who knows says which one is right. */
export function Conflicts({ activity }: { activity: ActivityRisk }) {
  return openConflicts(activity).map((conflict) => (
    <ConflictPanel activity={activity} conflict={conflict} key={conflict.field} />
  ));
}

function ConflictPanel({ activity, conflict }: { activity: ActivityRisk; conflict: Conflict }) {
  const { words, now, person } = useSite();
  const { record, isBusy, problem } = useRecorder();
  const inForce = activity[conflict.field];
  if (inForce === undefined) return null;
  const choose = (edit?: Edit) => void record(...settle(activity, conflict, edit));
  return (
    <section class="panel conflict" aria-label={words.conflict.title}>
      <h2>{words.conflict.title}</h2>
      <p>{words.conflict.explain}</p>
      {problem !== undefined && <Notice kind="bad">{problem}</Notice>}
      {problem !== undefined && person.trim() === '' && <NameField />}
      <ul class="notes">
        <li>
          <p>
            <b>{valueWords(inForce, words)}</b>
          </p>
          <p class="quiet">{words.conflict.inForce}</p>
          <button type="button" class="button" disabled={isBusy} onClick={() => choose()}>
            {words.conflict.choose}
          </button>
        </li>
        {conflict.others.map((edit) => (
          <li key={edit.id}>
            <p>
              <b>{valueWords(edit.value, words)}</b>
            </p>
            <p class="quiet">{words.conflict.also(edit.actor, words.format.moment(edit.at, now))}</p>
            <button type="button" class="button" disabled={isBusy} onClick={() => choose(edit)}>
              {words.conflict.choose}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function valueWords(value: Edit['value'], words: Words): string {
  if ('label' in value) return words.conflict.outcome(value.label === 1);
  if (!('percentComplete' in value)) return '';
  const { percentComplete, finishedAt, cause } = value;
  return [
    words.conflict.progress(percentComplete),
    ...(finishedAt === undefined ? [] : [words.activity.finished(finishedAt)]),
    ...(cause === undefined ? [] : [words.activity.heldUp(causeWords(cause, words))]),
  ].join(', ');
}
