import { useState } from 'preact/hooks';
import { useSite } from '../../app/site.tsx';
import { Notice } from '../../parts/notice.tsx';
import type { ActivityRisk, StorageView } from '../../worker/types.ts';
import { DelaySheet } from './delay-sheet.tsx';
import { FinishSheet } from './finish-sheet.tsx';
import { NoteSheet } from './note-sheet.tsx';
import { ProgressSheet } from './progress-sheet.tsx';

const SHEETS = { progress: ProgressSheet, finish: FinishSheet, delay: DelaySheet, note: NoteSheet } as const;
type SheetName = keyof typeof SHEETS;
const NAMES: readonly SheetName[] = ['progress', 'finish', 'delay', 'note'];

export interface EntrySheetProps {
  activity: ActivityRisk;
  onClose: () => void;
  onSaved: () => void;
}

/** What a person can say about an activity, where the thumb is. */
export function RecordBar({ activity, storage }: { activity: ActivityRisk; storage: StorageView }) {
  const { words, phase } = useSite();
  const [open, setOpen] = useState<SheetName>();
  const [isSaved, setSaved] = useState(false);
  // There a browser throws away what a page stored that is not on the home screen: better no entry than a lost one.
  if (storage.needsInstall && !storage.installed) {
    return (
      <div class="record-bar">
        <Notice kind="bad">{words.record.needsInstall}</Notice>
      </div>
    );
  }
  const Open = open && SHEETS[open];
  const canRecord = phase.phase === 'running' || phase.phase === 'following';
  return (
    <div class="record-bar">
      <p class="saved" role="status">
        {isSaved && words.record.saved}
      </p>
      <div class="record-buttons">
        {NAMES.map((name) => (
          <button
            type="button"
            class="button"
            key={name}
            disabled={!canRecord}
            onClick={() => {
              setSaved(false);
              setOpen(name);
            }}
          >
            {words.record[name]}
          </button>
        ))}
      </div>
      {Open !== undefined && (
        <Open
          activity={activity}
          onClose={() => setOpen(undefined)}
          onSaved={() => {
            setOpen(undefined);
            setSaved(true);
          }}
        />
      )}
    </div>
  );
}
