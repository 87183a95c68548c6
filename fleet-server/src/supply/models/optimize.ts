import type { ModelTrial } from '@plumbline/shared/predict';
import type { AcceptedModel } from './intake/intake.ts';
import { wireSizes, type WireSizes } from '../onnx/index.ts';
import { scoresOf } from './intake/intake.ts';

/** One encoding to be tried: what made it, and its bytes. */
export interface Candidate {
  variant: string;
  recipe: string;
  bytes: Uint8Array;
}

/** One row of the trial table on the card. Sizes in bytes; `maxDiff` against the reference encoding. */
export interface TrialRow {
  variant: string;
  recipe: string;
  bytes: number;
  wire: WireSizes;
  maxDiff: number;
  agreement: number;
  verdict: 'pass' | 'refuse';
  reason: string;
}

export interface OptimizedModel {
  accepted: AcceptedModel;
  /** Those that passed, smallest on the wire first: the first one is what devices get where it fits. */
  variants: Candidate[];
  trials: TrialRow[];
}

const MAX_DIFF = 1e-5;

/**
 * First form of the search: every candidate runs the golden rows in a trial process and must answer like the reference
 * encoding; the smallest on the wire wins. Passing through is a candidate too, so there is always one.
 */
export async function optimizeModel(
  deps: { trial: ModelTrial },
  accepted: AcceptedModel,
  candidates: Candidate[] = [],
): Promise<OptimizedModel> {
  const all = [...candidates, { variant: 'plain', recipe: 'as it came', bytes: accepted.bytes }];
  const trials: TrialRow[] = [];
  for (const candidate of uniqueByBytes(all)) trials.push(await tryOne(deps.trial, accepted, candidate));
  const passed = trials
    .filter((row) => row.verdict === 'pass')
    .toSorted((a, b) => a.wire.brotli - b.wire.brotli || a.bytes - b.bytes);
  const variants = passed.flatMap((row) => all.find((candidate) => candidate.variant === row.variant) ?? []);
  return { accepted, variants, trials };
}

async function tryOne(trial: ModelTrial, accepted: AcceptedModel, candidate: Candidate): Promise<TrialRow> {
  const row = {
    variant: candidate.variant,
    recipe: candidate.recipe,
    bytes: candidate.bytes.length,
    wire: await wireSizes(candidate.bytes),
  };
  const { rows } = accepted.golden;
  try {
    const scores = await scoresOf(
      trial,
      { ...accepted, bytes: candidate.bytes },
      rows.map((one) => one.record),
    );
    const differences = rows.map((one, i) => Math.abs(one.score - (scores[i] ?? Infinity)));
    const maxDiff = Math.max(0, ...differences);
    const same = rows.filter((one, i) => one.score >= 0.5 === (scores[i] ?? -1) >= 0.5).length;
    const pass = maxDiff <= MAX_DIFF;
    return {
      ...row,
      maxDiff,
      agreement: rows.length === 0 ? 1 : same / rows.length,
      verdict: pass ? 'pass' : 'refuse',
      reason: pass ? `answers within ${MAX_DIFF} on ${rows.length} rows` : `differs by ${maxDiff}`,
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...row, maxDiff: Infinity, agreement: 0, verdict: 'refuse', reason };
  }
}

function uniqueByBytes(candidates: Candidate[]): Candidate[] {
  return candidates.filter(
    (one, i) => candidates.findIndex((other) => Buffer.compare(other.bytes, one.bytes) === 0) === i,
  );
}
