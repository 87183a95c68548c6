import { useState } from 'preact/hooks';
import { useSite } from '../../app/site.tsx';
import { Sheet } from '../../parts/sheet.tsx';
import { causeWords } from '../../words/cause.ts';
import type { EntrySheetProps } from './record-bar.tsx';
import { SaveRow } from './save-row.tsx';
import { useRecorder } from './use-recorder.ts';

const NOTHING = '';

/** The cause is part of the progress: how far it is stays as it was last seen. */
export function DelaySheet({ activity, onClose, onSaved }: EntrySheetProps) {
  const { words } = useSite();
  const { record, isBusy, problem } = useRecorder();
  const known = activity.progress;
  const [base] = useState(activity.standing.progress ?? null);
  const [cause, setCause] = useState(known?.cause);
  const [isMissing, setMissing] = useState(false);
  const choices = [...Object.keys(words.causes), ...(known?.cause === undefined ? [] : [NOTHING])];
  const save = async () => {
    if (cause === undefined) return setMissing(true);
    const value = {
      percentComplete: known?.percentComplete ?? 0,
      ...(known?.startedAt !== undefined && { startedAt: known.startedAt }),
      ...(known?.finishedAt !== undefined && { finishedAt: known.finishedAt }),
      ...(cause !== NOTHING && { cause }),
    };
    if (await record({ activity: activity.activity, field: 'progress', base, value })) onSaved();
  };
  return (
    <Sheet title={words.delay.title} isDirty={cause !== known?.cause} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <fieldset class="choices">
          <legend class="visually-hidden">{words.delay.title}</legend>
          {choices.map((choice) => (
            <label key={choice}>
              <input type="radio" name="cause" checked={cause === choice} onChange={() => setCause(choice)} />
              {choice === NOTHING ? words.delay.none : causeWords(choice, words)}
            </label>
          ))}
        </fieldset>
        <SaveRow isBusy={isBusy} problem={isMissing && cause === undefined ? words.delay.missing : problem} />
      </form>
    </Sheet>
  );
}
