/**
 * Words for chances with fixed bounds, the ones of Intelligence Community Directive 203, "Analytic Standards"
 * (2 January 2015, D.6.e.2.a). A word is never shown without its number: readers understand the words alone too
 * differently (Budescu, Por and Broomell, "Effective communication of uncertainty in the IPCC reports", 2012).
 */
const SCALE = [
  { from: 0, word: 'almost-none' },
  { from: 0.05, word: 'very-unlikely' },
  { from: 0.2, word: 'unlikely' },
  { from: 0.45, word: 'even' },
  { from: 0.55, word: 'likely' },
  { from: 0.8, word: 'very-likely' },
  { from: 0.95, word: 'almost-certain' },
] as const;

/** The scale with both bounds, for whoever wants to know what a word means. */
export const CHANCES = SCALE.map(({ from, word }, i) => ({ word, from, to: SCALE[i + 1]?.from ?? 1 }));

export type ChanceWord = (typeof SCALE)[number]['word'];
/** How loud a chance is shown; never by colour alone. */
export type Tone = 'high' | 'middle' | 'low';

/** @param probability in [0, 1]; judged as it is printed, in whole percent, so that word and number never disagree */
export function chanceWord(probability: number): ChanceWord {
  const printed = Math.round(probability * 100) / 100;
  return SCALE.findLast(({ from }) => printed >= from)?.word ?? 'almost-none';
}

export function toneOf(probability: number): Tone {
  const word = chanceWord(probability);
  if (word === 'almost-none' || word === 'very-unlikely') return 'low';
  return word === 'unlikely' || word === 'even' ? 'middle' : 'high';
}
