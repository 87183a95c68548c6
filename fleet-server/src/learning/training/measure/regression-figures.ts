import type { Scores } from './metrics.ts';
import { bootstrap, type Interval } from './resample.ts';
import { rowLosses, type TargetLoss } from './target-loss.ts';

/** What predicted delay days come to, in days (`r2` and `below` have no unit). The last two are there when a quantile was asked for. */
export interface DayFigures {
  mae: number;
  rmse: number;
  /** Share of the variance that is explained; below 0 when the mean of these very rows were better. */
  r2: number;
  pinball?: number;
  /** Share of the delays at or below what was said: the quantile itself, were it right. */
  below?: number;
}

export function dayFigures(targets: ArrayLike<number>, values: Scores, loss: TargetLoss): DayFigures {
  return weighted(targets, values, loss)(new Float64Array(values.length).fill(1));
}

/** As `dayFigures`, with 95 % intervals by bootstrap of clusters. */
export function heldOutDays(
  targets: ArrayLike<number>,
  values: Scores,
  loss: TargetLoss,
  { clusters, seed }: { clusters: Int32Array; seed: number },
): { rows: number; clusters: number } & Record<'mae' | 'rmse' | 'r2', Interval> & {
    pinball?: Interval;
    below?: Interval;
  } {
  const figuresOf = weighted(targets, values, loss);
  const drawn = bootstrap(clusters, (weights) => ({ ...figuresOf(weights) }) as Required<DayFigures>, seed);
  return { rows: values.length, clusters: new Set(clusters).size, ...drawn };
}

function weighted(targets: ArrayLike<number>, values: Scores, loss: TargetLoss): (weights: Float64Array) => DayFigures {
  const absolute = rowLosses(targets, values, 'absolute');
  const squared = rowLosses(targets, values, 'squared');
  const pinball = typeof loss === 'object' ? rowLosses(targets, values, loss) : undefined;
  const days = Float64Array.from(targets);
  const below = days.map((one, row) => (one <= values[row]! ? 1 : 0));
  return (weights) => {
    const mean = meanBy(weights, days);
    const mse = meanBy(weights, squared);
    const spread = meanBy(
      weights,
      days.map((one) => (one - mean) ** 2),
    );
    return {
      mae: meanBy(weights, absolute),
      rmse: Math.sqrt(mse),
      r2: 1 - mse / spread,
      ...(pinball === undefined ? {} : { pinball: meanBy(weights, pinball), below: meanBy(weights, below) }),
    };
  };
}

function meanBy(weights: Float64Array, values: Float64Array): number {
  let sum = 0;
  let total = 0;
  for (let row = 0; row < values.length; row++) {
    sum += weights[row]! * values[row]!;
    total += weights[row]!;
  }
  return sum / total;
}
