import {
  blockLengthOf,
  LEAST_PAST_MS,
  lossAgainstOwnPast,
  memoryOf,
  type LossAgainstPast,
  type LossBlock,
  type PerformanceName,
} from '@plumbline/shared/drift';
import type { Matured } from '../../telemetry/index.ts';
import { isWrong } from './count-outcomes.ts';
import type { Cohort } from './due-cohort.ts';

/** A loss against what it was at the same sites. */
export interface OwnLoss extends LossAgainstPast {
  sentence: string;
}

const LOSSES: Partial<Record<PerformanceName, (one: Matured, threshold: number) => number>> = {
  accuracy: (one, threshold) => (isWrong(one, threshold) ? 1 : 0),
  brier: ({ score, label }) => (score - label) ** 2,
};

/**
 * Whether the model does worse than it did at the same sites, by due dates. What has no loss of its own for each row, AUC,
 * is not asked. @param past what fell due before the cohort
 */
export function judgeOwnLoss(
  { from, to, matured }: Cohort,
  past: readonly Matured[],
  threshold: number,
): Partial<Record<PerformanceName, OwnLoss>> {
  const blockMs = blockLengthOf(to - from);
  const begins = Math.min(from, to - blockMs);
  const all = [...past, ...matured];
  const first = new Map<string, number>();
  for (const { site, dueAt } of all) first.set(site, Math.min(dueAt, first.get(site) ?? Infinity));
  const known = all.filter(({ site }) => begins - (first.get(site) ?? begins) >= LEAST_PAST_MS);
  const found: Partial<Record<PerformanceName, OwnLoss>> = {};
  for (const [name, lossOf] of Object.entries(LOSSES) as [PerformanceName, NonNullable<(typeof LOSSES)['brier']>][]) {
    const blocks = Map.groupBy(known, ({ site, dueAt }) => `${Math.floor((dueAt - begins) / blockMs)} ${site}`);
    const losses = [...blocks.values()].map((own): LossBlock => {
      const each = own.map((one) => lossOf(one, threshold));
      return {
        site: own[0]?.site ?? '',
        at: Math.floor(((own[0]?.dueAt ?? 0) - begins) / blockMs),
        n: each.length,
        loss: each.reduce((sum, loss) => sum + loss, 0),
        squares: each.reduce((sum, loss) => sum + loss ** 2, 0),
      };
    });
    const before = losses.filter(({ at }) => at < 0);
    const tested = lossAgainstOwnPast(
      before,
      losses.filter(({ at }) => at >= 0),
      memoryOf(blockMs),
    );
    if (tested === undefined) continue;
    const { grown, p, sites } = tested;
    const sentence = `; worse by ${grown.toFixed(3)} than before, each of ${sites} sites against its own past (p = ${p.toExponential(1)})`;
    found[name] = { ...tested, sentence };
  }
  return found;
}
