import { useWords } from '../app/site.tsx';
import { changeSinceYesterday } from '../risk/change.ts';
import { isChance, type ShownActivity } from '../risk/shown.ts';
import { Glyph } from './glyph.tsx';

export function ChangeLine({ shown }: { shown: ShownActivity }) {
  const { change: words } = useWords();
  const change = changeSinceYesterday(shown);
  if (change === undefined || shown.said === undefined || !isChance(shown.said)) return null;
  if (change.kind === 'new' || change.kind === 'same') return <p class="change">{words[change.kind]}</p>;
  return (
    <p class="change" data-kind={change.kind}>
      <Glyph name={change.kind === 'rose' ? 'up' : 'down'} />
      {words[change.kind](change.points, change.from)}
      {change.newModel && ` (${words.newModel})`}
    </p>
  );
}
