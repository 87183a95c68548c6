import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useWords } from '../app/site.tsx';
import { Glyph } from './glyph.tsx';

interface SheetProps {
  title: string;
  /** Something was entered that is not saved: closing asks first. */
  isDirty: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

/** A page from below for one entry: it holds the focus, and gives it back to whatever opened it. */
export function Sheet({ title, isDirty, onClose, children }: SheetProps) {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [asks, setAsks] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const leave = () => (isDirty ? setAsks(true) : onClose());
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
    >
      <header class="sheet-head">
        <h2>{title}</h2>
        <button type="button" class="icon-button" aria-label={words.close} onClick={leave}>
          <Glyph name="close" />
        </button>
      </header>
      {asks && (
        <div class="notice" role="alert">
          <p>{words.record.discardAsk}</p>
          <div class="row">
            <button type="button" class="button" onClick={() => setAsks(false)}>
              {words.record.keep}
            </button>
            <button type="button" class="button quiet" onClick={onClose}>
              {words.record.discard}
            </button>
          </div>
        </div>
      )}
      {children}
    </dialog>
  );
}
