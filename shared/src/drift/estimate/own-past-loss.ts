import { testOwnPast } from '../tests/own-past.ts';
import type { SiteBlock } from '../tests/site-block.ts';
import type { Correlation } from '../tests/wander.ts';

/** Losses of one site over one stretch of time. */
export interface LossBlock {
  site: string;
  /** Number of the stretch, consecutive ones one apart. */
  at: number;
  n: number;
  loss: number;
  /** Sum of squared losses: what chance alone gives. */
  squares: number;
}

export interface LossAgainstPast {
  /** By how much the mean loss has grown, each site against its own past; below 0 it fell. */
  grown: number;
  /** One-sided: chance of so much worse if nothing had changed but what always does. */
  p: number;
  sites: number;
  n: number;
}

/**
 * Whether a model does worse than it did at the same sites before: losses as `testOwnPast` tests bins, in one direction. It
 * asks for less than bounds over sites do: those must allow for sites that differ, which they do before and after alike.
 * @returns undefined where too little is known
 */
export function lossAgainstOwnPast(
  past: readonly LossBlock[],
  now: readonly LossBlock[],
  memory: Correlation,
): LossAgainstPast | undefined {
  const variances = new Map([...Map.groupBy(past, ({ site }) => site)].map(([site, own]) => [site, varianceOf(own)]));
  const blockOf = ({ site, at, n, loss }: LossBlock): SiteBlock => {
    return { site, at, n, sums: [loss], rowVariance: variances.get(site) ?? 0 };
  };
  const tested = testOwnPast(past.map(blockOf), now.map(blockOf), memory);
  if (tested === undefined) return undefined;
  const { p, moved, sites, n } = tested;
  const [grown = 0] = moved;
  return { grown, p: grown > 0 ? p / 2 : 1 - p / 2, sites, n };
}

function varianceOf(blocks: readonly LossBlock[]): number {
  const [n, loss, squares] = blocks.reduce(
    ([rows, sum, all], one): [number, number, number] => [rows + one.n, sum + one.loss, all + one.squares],
    [0, 0, 0],
  );
  return n === 0 ? 0 : Math.max(0, squares / n - (loss / n) ** 2);
}
