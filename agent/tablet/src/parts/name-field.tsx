import { useId } from 'preact/hooks';
import { useSite } from '../app/site.tsx';

const MAX_NAME = 64;

/** Who records; kept as it is typed, because the next thing tapped may be "Save". */
export function NameField() {
  const { words, person, namePerson } = useSite();
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{words.record.who}</label>
      <input
        id={id}
        value={person}
        maxLength={MAX_NAME}
        autoComplete="name"
        aria-describedby={`${id}-hint`}
        onInput={({ currentTarget }) => namePerson(currentTarget.value)}
      />
      <p class="quiet" id={`${id}-hint`}>
        {words.record.whoHint}
      </p>
    </div>
  );
}
