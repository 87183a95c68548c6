import { useState } from 'preact/hooks';
import { useWords } from '../../app/site.tsx';
import { readCode } from './read-code.ts';

interface CodeFormProps {
  given: string;
  isBusy: boolean;
  onCode: (code: string) => void;
}

/** For whoever has no camera, or was sent the code. */
export function CodeForm({ given, isBusy, onCode }: CodeFormProps) {
  const { enrol } = useWords();
  const [text, setText] = useState(given);
  const [wrong, setWrong] = useState<string>();
  const take = (candidate: string | undefined, otherwise: string) => {
    const code = candidate === undefined ? undefined : readCode(candidate);
    setWrong(code === undefined ? otherwise : undefined);
    if (code !== undefined) onCode(code);
  };
  const takePhoto = async (file: File | undefined) => {
    if (file === undefined) return;
    const { readQr } = await import('./read-qr.ts');
    take(await createImageBitmap(file).then(readQr, () => undefined), enrol.noCode);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        take(text, enrol.unreadable);
      }}
    >
      <label class="button quiet file">
        {enrol.pick}
        <input
          type="file"
          accept="image/*"
          capture="environment"
          onChange={({ currentTarget }) => void takePhoto(currentTarget.files?.[0])}
        />
      </label>
      <div class="field">
        <label for="code">{enrol.type}</label>
        <textarea
          id="code"
          rows={3}
          value={text}
          autoComplete="off"
          autoCapitalize="none"
          spellcheck={false}
          aria-invalid={wrong !== undefined}
          aria-describedby="code-wrong"
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <p class="wrong" id="code-wrong" role="alert">
          {wrong}
        </p>
      </div>
      <button type="submit" class="button big" disabled={isBusy}>
        {isBusy ? enrol.connecting : enrol.connect}
      </button>
    </form>
  );
}
