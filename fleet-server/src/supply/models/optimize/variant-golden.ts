import type { Golden } from '@plumbline/shared/manifest';
import type { Engine, ModelLab } from '../../../platform/ports/index.ts';
import type { AcceptedModel } from '../intake/intake.ts';
import { scoresOf } from '../score-records.ts';

/** Runtimes differ in the last digits; more than this of a score they may not differ. */
const LEAST_TOLERANCE = 1e-4;
const MOST_TOLERANCE = 0.02;

/**
 * The golden rows as this very encoding answers them, on onnxruntime-node where it runs there, and how far a device may
 * be from that: twice what the two runtimes differ by, between 0.0001 and 0.02.
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
  return {
    v: 1,
    tolerance: Math.min(MOST_TOLERANCE, Math.max(LEAST_TOLERANCE, Number((2 * apart).toPrecision(1)))),
    rows: records.map((record, at) => ({ record, score: scores[at]! })),
  };
}
