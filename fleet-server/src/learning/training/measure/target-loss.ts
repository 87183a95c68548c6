import type { Scores } from './metrics.ts';

/** What a regression is chosen and judged by; a quantile between 0 and 1 means the pinball loss at that quantile. */
export type TargetLoss = 'absolute' | 'squared' | { quantile: number };

/** Loss of each row. Pinball: Koenker & Bassett 1978. */
export function rowLosses(targets: ArrayLike<number>, values: Scores, loss: TargetLoss): Float64Array {
  return values.map((value, row) => {
    const miss = targets[row]! - value;
    if (loss === 'absolute') return Math.abs(miss);
    if (loss === 'squared') return miss ** 2;
    return miss >= 0 ? loss.quantile * miss : (loss.quantile - 1) * miss;
  });
}

export function meanLoss(targets: ArrayLike<number>, values: Scores, loss: TargetLoss): number {
  return rowLosses(targets, values, loss).reduce((sum, one) => sum + one, 0) / values.length;
}

/** The one number that loses least over these targets: their median, mean or quantile. */
export function constantFor(targets: ArrayLike<number>, loss: TargetLoss): number {
  const sorted = Float64Array.from(targets).toSorted();
  if (loss === 'squared') return sorted.reduce((sum, one) => sum + one, 0) / sorted.length;
  const position = (loss === 'absolute' ? 0.5 : loss.quantile) * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

/** In words, for sentences and tables. */
export function lossName(loss: TargetLoss): string {
  if (loss === 'absolute') return 'mean absolute error';
  return loss === 'squared' ? 'mean squared error' : `pinball loss at ${loss.quantile}`;
}
