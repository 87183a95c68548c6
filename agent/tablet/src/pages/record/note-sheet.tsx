import { useEffect, useState } from 'preact/hooks';
import { useSite } from '../../app/site.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Sheet } from '../../parts/sheet.tsx';
import type { EntrySheetProps } from './record-bar.tsx';
import { SaveRow } from './save-row.tsx';
import { shrinkPhoto } from './shrink-photo.ts';
import { useRecorder } from './use-recorder.ts';

const MAX_TEXT = 2000;

export function NoteSheet({ activity, onClose, onSaved }: EntrySheetProps) {
  const { words } = useSite();
  const { note } = words;
  const { record, isBusy, problem } = useRecorder();
  const [text, setText] = useState('');
  const [photo, setPhoto] = useState<Uint8Array<ArrayBuffer>>();
  const [wrong, setWrong] = useState<string>();
  const take = (file: File | undefined) => {
    if (file === undefined) return;
    setWrong(undefined);
    shrinkPhoto(file).then(setPhoto, () => setWrong(note.unreadable));
  };
  const save = async () => {
    if (text.trim() === '' && photo === undefined) return setWrong(note.empty);
    const head = { activity: activity.activity, field: 'note', value: { text: text.trim() } } as const;
    if (await record(photo === undefined ? head : { ...head, photo })) onSaved();
  };
  return (
    <Sheet title={note.title} isDirty={text !== '' || photo !== undefined} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <div class="field">
          <label for="note">{note.text}</label>
          <textarea
            id="note"
            rows={4}
            maxLength={MAX_TEXT}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </div>
        {photo !== undefined && <Preview photo={photo} onRemove={() => setPhoto(undefined)} />}
        <label class="button quiet file">
          {photo === undefined ? note.photo : note.another}
          <input
            type="file"
            accept="image/*"
            capture="environment"
            onChange={({ currentTarget }) => take(currentTarget.files?.[0])}
          />
        </label>
        {wrong !== undefined && <Notice kind="bad">{wrong}</Notice>}
        <SaveRow isBusy={isBusy} problem={problem} />
      </form>
    </Sheet>
  );
}

function Preview({ photo, onRemove }: { photo: Uint8Array<ArrayBuffer>; onRemove: () => void }) {
  const { words } = useSite();
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([photo], { type: 'image/jpeg' }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [photo]);
  return (
    <div class="preview">
      {url !== undefined && <img src={url} alt={words.note.preview} />}
      <button type="button" class="button small quiet" onClick={onRemove}>
        {words.note.remove}
      </button>
    </div>
  );
}
