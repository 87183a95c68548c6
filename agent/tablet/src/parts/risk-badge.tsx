import { useWords } from '../app/site.tsx';
import { chanceWord, toneOf } from '../risk/scale.ts';
import { isChance, type Said } from '../risk/shown.ts';

/** A chance as number and word, as loud as it is; the frame and the weight of the letters tell without colour. */
export function RiskBadge({ said, large = false }: { said: Said; large?: boolean }) {
  const { risk, format } = useWords();
  if (!isChance(said)) return <p class="risk">{risk.value(said.score)}</p>;
  return (
    <p class="risk" data-tone={toneOf(said.score)} data-large={large}>
      <span class="risk-number">{format.percent(said.score)}</span>{' '}
      <span class="risk-word">{risk.delay[chanceWord(said.score)]}</span>
    </p>
  );
}
