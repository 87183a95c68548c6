import { useState } from 'preact/hooks';
import { useSite } from '../../app/site.tsx';
import { DayField } from '../../parts/day-field.tsx';
import { Sheet } from '../../parts/sheet.tsx';
import { Stepper } from '../../parts/stepper.tsx';
import type { EntrySheetProps } from './record-bar.tsx';
import { SaveRow } from './save-row.tsx';
import { useRecorder } from './use-recorder.ts';

const STEP = 5;
const QUICK = [0, 25, 50, 75, 100];

export function ProgressSheet({ activity, onClose, onSaved }: EntrySheetProps) {
  const { words, now } = useSite();
  const { record, isBusy, problem } = useRecorder();
  const known = activity.progress;
  // What stood there when the sheet was opened is what this person saw.
  const [base] = useState(activity.standing.progress ?? null);
  const [percent, setPercent] = useState(known?.percentComplete ?? 0);
  const [startedAt, setStartedAt] = useState(known?.startedAt);
  const isDirty = percent !== (known?.percentComplete ?? 0) || startedAt !== known?.startedAt;
  const save = async () => {
    const begun = startedAt ?? (percent > 0 ? now : undefined);
    const value = {
      percentComplete: percent,
      ...(begun !== undefined && { startedAt: begun }),
      ...(known?.cause !== undefined && { cause: known.cause }),
      ...(known?.finishedAt !== undefined && percent === 100 && { finishedAt: known.finishedAt }),
    };
    if (await record({ activity: activity.activity, field: 'progress', base, value })) onSaved();
  };
  return (
    <Sheet title={words.progress.title} isDirty={isDirty} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Stepper
          label={words.progress.percent}
          value={percent}
          step={STEP}
          min={0}
          max={100}
          show={(value) => words.format.percent(value / 100)}
          onChange={setPercent}
        />
        <div class="chips">
          {QUICK.map((quick) => (
            <button
              type="button"
              class="chip"
              key={quick}
              aria-pressed={percent === quick}
              onClick={() => setPercent(quick)}
            >
              {words.format.percent(quick / 100)}
            </button>
          ))}
        </div>
        <DayField label={words.progress.started} value={startedAt} latest={now} onChange={setStartedAt} />
        <SaveRow isBusy={isBusy} problem={problem} />
      </form>
    </Sheet>
  );
}
