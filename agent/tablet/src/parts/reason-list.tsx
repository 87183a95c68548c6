import { useWords } from '../app/site.tsx';
import type { Said } from '../risk/shown.ts';
import { reasonPhrase } from '../words/reason-phrase.ts';
import { Glyph } from './glyph.tsx';

/** The strongest reasons, each with the way it pulls. */
export function ReasonList({ said, most }: { said: Said; most: number }) {
  const words = useWords();
  const reasons = (said.reasons ?? []).filter(({ contribution }) => contribution !== 0).slice(0, most);
  if (reasons.length === 0) return null;
  return (
    <ul class="reasons">
      {reasons.map(({ feature, value, contribution }) => (
        <li key={feature} data-way={contribution > 0 ? 'up' : 'down'}>
          <Glyph name={contribution > 0 ? 'up' : 'down'} />
          <span>
            {reasonPhrase({ feature, value }, words)}
            <span class="visually-hidden">, {contribution > 0 ? words.reasons.raises : words.reasons.lowers}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
