import { useSite } from '../../app/site.tsx';
import { Glyph } from '../../parts/glyph.tsx';
import type { ActivityRisk } from '../../worker/types.ts';

/** What was noted, the newest first; the photo itself goes to the office and is not kept twice. */
export function Notes({ notes }: Pick<ActivityRisk, 'notes'>) {
  const { words, now } = useSite();
  if (notes.length === 0) return null;
  return (
    <section class="panel">
      <h2>{words.activity.history}</h2>
      <ul class="notes">
        {notes.map((note) => (
          <li key={note.id}>
            {note.field === 'note' && note.value.text !== '' && <p>{note.value.text}</p>}
            {note.field === 'note' && note.value.photo !== undefined && (
              <p class="with-photo">
                <Glyph name="camera" />
                {words.activity.photo}
              </p>
            )}
            <p class="quiet">{words.activity.by(note.actor, words.format.moment(note.at, now))}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
