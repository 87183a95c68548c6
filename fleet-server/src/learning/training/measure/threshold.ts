import { requireWithin } from '../../learners/index.ts';
import type { Confusion } from './confusion.ts';
import { confusionOf } from './confusion.ts';
import type { Scores } from './metrics.ts';
import { rankOrder } from './metrics.ts';
import { bootstrap, type Interval } from './resample.ts';

/** What a wrong word costs, in any one unit. */
export interface Costs {
  /** An activity that was late and nobody was told. */
  miss: number;
  /** A warning about an activity that was in time. */
  alarm: number;
}

export interface CostThreshold {
  costs: Costs;
  /** From this score on a row is said to be late. */
  threshold: Interval;
  /** Mean cost of a row at the threshold, and at one half. */
  expectedCost: number;
  expectedCostAtHalf: number;
  confusion: Confusion;
}

/** Throws `bad_parameter`. */
export function checkCosts({ miss, alarm }: Costs): void {
  requireWithin('costs.miss', miss, 1e-9, 1e9);
  requireWithin('costs.alarm', alarm, 1e-9, 1e9);
}

/**
 * The threshold that costs least on scores which their models had not learned from. Among equals the one nearest to
 * alarm ÷ (alarm + miss), where calibrated probabilities cost least (Elkan 2001); its interval says how well the rows
 * determine it.
 */
export function cheapestThreshold(
  labels: Uint8Array,
  scores: Scores,
  costs: Costs,
  { clusters, seed }: { clusters: Int32Array; seed: number },
): CostThreshold {
  checkCosts(costs);
  const order = rankOrder(scores);
  const { threshold } = bootstrap(
    clusters,
    (weights) => ({ threshold: cheapest(labels, scores, order, costs, weights) }),
    seed,
  );
  const costAt = (at: number): number => {
    const { misses, alarms } = confusionOf(labels, scores, at);
    return (costs.miss * misses + costs.alarm * alarms) / labels.length;
  };
  return {
    costs,
    threshold,
    expectedCost: costAt(threshold.value),
    expectedCostAtHalf: costAt(0.5),
    confusion: confusionOf(labels, scores, threshold.value),
  };
}

/** One pass from the lowest score up: raising the threshold past a row turns a hit to a miss or an alarm to a pass. */
function cheapest(
  labels: Uint8Array,
  scores: Scores,
  order: Int32Array,
  { miss, alarm }: Costs,
  weights: Float64Array,
): number {
  const ideal = alarm / (alarm + miss);
  // At 0 every row is said to be late; what that costs is the zero that all others are compared with.
  let cost = 0;
  let best = { cost: Number.POSITIVE_INFINITY, at: ideal };
  let from = 0;
  for (let index = 0; index <= order.length;) {
    // Nothing lies above a score of 1.
    if (index === order.length && from >= 1) break;
    const to = index < order.length ? scores[order[index]!]! : 1;
    // Any threshold in (from, to] says the same of every row; the nearest to the ideal one is taken.
    const at = Math.min(to, Math.max(ideal, index === 0 ? 0 : (from + to) / 2));
    const better = cost < best.cost - 1e-12;
    const equal = Math.abs(cost - best.cost) <= 1e-12 && Math.abs(at - ideal) < Math.abs(best.at - ideal);
    if (better || equal) best = { cost, at };
    if (index === order.length) break;
    for (from = to; index < order.length && scores[order[index]!] === from; index++) {
      const row = order[index]!;
      cost += weights[row]! * (labels[row] === 1 ? miss : -alarm);
    }
  }
  return best.at;
}
