import { useState } from 'preact/hooks';
import { useSite } from '../../app/site.tsx';
import { NameField } from '../../parts/name-field.tsx';
import { Notice } from '../../parts/notice.tsx';

/** The end of every sheet: who says it, what went wrong, and the one large button. */
export function SaveRow({ isBusy, problem }: { isBusy: boolean; problem: string | undefined }) {
  const { words, person } = useSite();
  // Decided once: the field must not vanish at the first letter.
  const [asksName] = useState(person.trim() === '');
  return (
    <>
      {asksName && <NameField />}
      {problem !== undefined && <Notice kind="bad">{problem}</Notice>}
      <button type="submit" class="button big" disabled={isBusy}>
        {isBusy ? words.record.saving : words.record.save}
      </button>
    </>
  );
}
