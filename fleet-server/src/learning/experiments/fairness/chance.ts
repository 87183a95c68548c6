import { createRandom, shuffle } from '../../learners/index.ts';
import { disparityOf, figuresOf, type Disparity } from './measures.ts';
import { TOO_SMALL } from './pool.ts';
import { quantile } from './quantile.ts';
import type { Tally } from './tally.ts';

const DEALS = 400;

/**
 * What the differences would be if the groups meant nothing: the rows keep their labels and scores, the names of the
 * groups are dealt over them anew. The more groups, and the smaller, the more chance shows.
 */
export function chanceOf(
  tally: Tally,
  names: readonly string[],
  { level, seed }: { level: number; seed: number },
): Pick<Disparity, 'demographicParityDifference' | 'equalizedOddsDifference'> {
  const random = createRandom(seed);
  const parity: number[] = [];
  const odds: number[] = [];
  for (let deal = 0; deal < DEALS; deal++) {
    const figures = tally.dealt((units) => shuffle(units, random)).map(figuresOf);
    const one = disparityOf(figures.filter((_, group) => names[group] !== TOO_SMALL));
    if (one.demographicParityDifference !== null) parity.push(one.demographicParityDifference);
    if (one.equalizedOddsDifference !== null) odds.push(one.equalizedOddsDifference);
  }
  const bound = (values: number[]) =>
    values.length === 0
      ? null
      : quantile(
          values.toSorted((a, b) => a - b),
          level,
        );
  return { demographicParityDifference: bound(parity), equalizedOddsDifference: bound(odds) };
}
