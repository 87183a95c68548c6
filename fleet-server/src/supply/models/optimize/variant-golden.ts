import type { Golden } from '@plumbline/shared/manifest';
import type { Engine, ModelLab } from '../../../platform/ports/index.ts';
import type { AcceptedModel } from '../intake/intake.ts';
import { scoresOf } from '../score-records.ts';

/** Runtimes differ in the last digits; more than this of a score they may not differ. */
const [LEAST_TOLERANCE, MOST_TOLERANCE] = [1e-4, 0.02];
/** The same as shares of the largest value, where a regression answers more than a few units. */
const [LEAST_SHARE, MOST_SHARE] = [1e-5, 1e-3];

/**
 * The golden rows as this very encoding answers them, on onnxruntime-node where it runs there, and how far a device may
 * be from that: twice what the two runtimes differ by, between 0.0001 and 0.02, or more where values are large.
 */
export async function goldenOf(
  lab: ModelLab,
  accepted: AcceptedModel,
  bytes: Uint8Array,
  engines: readonly Engine[],
): Promise<Golden> {
  const records = accepted.golden.rows.map(({ record }) => record);
  const all: number[][] = [];
  for (const engine of engines) all.push(await scoresOf(lab, { ...accepted, bytes }, records, engine));
  const [scores = []] = all;
  const apart = Math.max(0, ...all.flatMap((other) => other.map((score, at) => Math.abs(score - scores[at]!))));
  const largest = accepted.output.kind === 'value' ? Math.max(...scores.map(Math.abs), 0) : 0;
  const least = Math.max(LEAST_TOLERANCE, LEAST_SHARE * largest);
  const most = Math.max(MOST_TOLERANCE, MOST_SHARE * largest);
  return {
    v: 1,
    tolerance: Math.min(most, Math.max(least, Number((2 * apart).toPrecision(1)))),
    rows: records.map((record, at) => ({ record, score: scores[at]! })),
  };
}
