import type { LineView } from '../door/site-view.ts';
import type { CardFacts } from './card.ts';
import type { Matured } from './track-record.ts';

export type Skill = LineView['skill'];

/** Fewer outcomes of a site say nothing, whatever they are. */
const MIN_OUTCOMES = 30;
/** Two-sided 99 %: it is looked at after every outcome, and 95 % would strike too often over a season. */
const Z = 2.576;
/** A gain below this share of the loss of the base rate is not worth a person's attention. */
const WORTH_SHARE = 0.02;

/**
 * Whether a line may be shown here. What it said on this site is judged by the Brier score: for each outcome the squared
 * error of always saying the base rate, less that of the model; their mean with a 99 % interval (normal approximation,
 * `MIN_OUTCOMES` at least). Wholly above 0: skilled. Wholly below what is worth showing: none. Else its card decides,
 * by the 95 % interval of its loss on rows that were held back, against the loss of the base rate.
 * The base rate is the card's, or that of the other outcomes here, each left out in its turn.
 */
export function skillOf(matured: readonly Matured[], card: CardFacts): Skill {
  const here = onSite(matured, card.baseRate);
  if (here.verdict !== 'unproven') return here;
  const { loss } = card;
  if (loss?.high !== undefined && loss.high < loss.baseline) {
    return {
      verdict: 'skilled',
      because: `card: ${loss.name} ${round(loss.value)}, base rate ${round(loss.baseline)}`,
    };
  }
  if (loss?.low !== undefined && loss.low >= loss.baseline) {
    return { verdict: 'none', because: `card: ${loss.name} ${round(loss.value)}, base rate ${round(loss.baseline)}` };
  }
  return here;
}

function onSite(matured: readonly Matured[], cardRate: number | undefined): Skill {
  const n = matured.length;
  if (n < MIN_OUTCOMES) return { verdict: 'unproven', because: `site: ${n} of ${MIN_OUTCOMES} outcomes` };
  const late = matured.reduce((sum, { outcome }) => sum + outcome, 0);
  const pairs = matured.map(({ score, outcome }) => {
    const rate = cardRate ?? (late - outcome) / (n - 1);
    return { base: (rate - outcome) ** 2, gain: (rate - outcome) ** 2 - (score - outcome) ** 2 };
  });
  const gain = mean(pairs.map((one) => one.gain));
  const worth = WORTH_SHARE * mean(pairs.map(({ base }) => base));
  const half = Z * Math.sqrt(mean(pairs.map((one) => (one.gain - gain) ** 2)) / (n - 1));
  const because = `site: ${n} outcomes, gain over the base rate ${round(gain)} (${round(gain - half)} to ${round(gain + half)})`;
  if (gain - half > 0) return { verdict: 'skilled', because };
  return { verdict: gain + half < worth ? 'none' : 'unproven', because };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function round(value: number): string {
  return value.toFixed(3);
}
