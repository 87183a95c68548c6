import { useState } from 'preact/hooks';
import { useSite } from '../../app/site.tsx';
import { DayField, dayOf } from '../../parts/day-field.tsx';
import { Sheet } from '../../parts/sheet.tsx';
import type { Words } from '../../words/words.ts';
import type { EntrySheetProps } from './record-bar.tsx';
import { SaveRow } from './save-row.tsx';
import { useRecorder } from './use-recorder.ts';

const DAY_MS = 86_400_000;

/** That it is finished, and what a model is judged by: late or in time, proposed by the due date and left to the person. */
export function FinishSheet({ activity, onClose, onSaved }: EntrySheetProps) {
  const { words, now } = useSite();
  const { record, isBusy, problem } = useRecorder();
  const [bases] = useState(activity.standing);
  const { progress, outcome, plan } = activity;
  const [finishedAt, setFinishedAt] = useState(progress?.finishedAt ?? now);
  const [chosen, setChosen] = useState<0 | 1 | undefined>(outcome?.label);
  const [isTouched, setTouched] = useState(false);
  const daysLate = plan === undefined ? undefined : Math.round((dayOf(finishedAt) - dayOf(plan.dueAt)) / DAY_MS);
  const label = chosen ?? (daysLate === undefined ? undefined : daysLate > 0 ? 1 : 0);
  const choose = (value: 0 | 1) => {
    setTouched(true);
    setChosen(value);
  };
  const save = async () => {
    if (label === undefined) return setTouched(true);
    const name = activity.activity;
    const value = {
      percentComplete: 100,
      finishedAt,
      ...(progress?.startedAt !== undefined && { startedAt: progress.startedAt }),
      ...(progress?.cause !== undefined && { cause: progress.cause }),
    };
    const result = { label, ...(daysLate !== undefined && { delayDays: daysLate }) };
    const isSaved = await record(
      { activity: name, field: 'progress', base: bases.progress ?? null, value },
      { activity: name, field: 'outcome', base: bases.outcome ?? null, value: result },
    );
    if (isSaved) onSaved();
  };
  return (
    <Sheet title={words.finish.title} isDirty={isTouched} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <DayField
          label={words.finish.on}
          value={finishedAt}
          latest={now}
          onChange={(at) => {
            setTouched(true);
            if (at !== undefined) setFinishedAt(at);
          }}
        />
        <fieldset class="choices two">
          <legend>
            {words.finish.was} <span class="quiet">{distanceWords(daysLate, words)}</span>
          </legend>
          <label>
            <input type="radio" name="late" required checked={label === 0} onChange={() => choose(0)} />
            {words.finish.inTime}
          </label>
          <label>
            <input type="radio" name="late" checked={label === 1} onChange={() => choose(1)} />
            {words.finish.late}
          </label>
        </fieldset>
        <SaveRow isBusy={isBusy} problem={problem} />
      </form>
    </Sheet>
  );
}

function distanceWords(daysLate: number | undefined, { finish }: Words): string {
  if (daysLate === undefined) return finish.noDue;
  if (daysLate === 0) return finish.onDue;
  return daysLate > 0 ? finish.afterDue(daysLate) : finish.beforeDue(-daysLate);
}
