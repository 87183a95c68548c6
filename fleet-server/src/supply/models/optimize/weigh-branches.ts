import { setImmediate } from 'node:timers/promises';
import type { Manifest } from '@plumbline/shared/manifest';
import { encodeRuns } from '@plumbline/shared/predict';
import { createShareCounter, encodeWeights, recognise } from '@plumbline/shared/predict/explain';
import { sha256Hex } from '@plumbline/shared/trust';
import type { LabelledRecords } from '../splits/record-splits.ts';

/** Rows that are counted: the share of a branch is then known to within a byte. */
const MOST_ROWS = 10_000;
const ROWS_PER_TURN = 256;

/**
 * Sends the rows behind a model through its trees, as they stand in this encoding of it: what devices weigh the
 * branches by when they explain a score. The same rows and bytes give the same answer.
 * @returns `reasons.bin`; undefined for a model without trees, or one of which a device would understand nothing
 */
export async function weighBranches(
  bytes: Uint8Array,
  manifest: Pick<Manifest, 'inputs' | 'output'>,
  { records, generated }: LabelledRecords,
): Promise<Uint8Array | undefined> {
  const recognised = recognise(bytes, manifest);
  if (typeof recognised === 'string' || recognised.groves.length === 0 || records.length === 0) return undefined;
  const counter = createShareCounter(recognised, manifest);
  const step = Math.max(1, records.length / MOST_ROWS);
  const counted = Math.min(records.length, MOST_ROWS);
  for (let from = 0; from < counted; from += ROWS_PER_TURN) {
    const rows = Math.min(ROWS_PER_TURN, counted - from);
    const part = Array.from({ length: rows }, (_, at) => records[Math.floor((from + at) * step)]!);
    for (const run of encodeRuns(manifest, part)) counter.count(run.feeds, run.rows);
    // Other requests have their turn in between.
    await setImmediate();
  }
  return encodeWeights({ shares: counter.shares(), madeUp: generated > 0 }, sha256Hex(bytes));
}
