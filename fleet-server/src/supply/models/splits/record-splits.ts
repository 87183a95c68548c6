import type { ActivityRecord, GraphInput } from '@plumbline/shared/manifest';
import { encodeRuns } from '@plumbline/shared/predict';
import { createSeededRandom } from '@plumbline/shared/testing';
import type { Split, Splits } from './splits.ts';

/** Records with what is known of them, from which an encoding of a model is judged. */
export interface LabelledRecords {
  records: readonly ActivityRecord[];
  /** One a record, when all are known. */
  labels?: readonly string[];
  /** How many were made up. */
  generated: number;
}

const MAX_RECORDS = 1200;
/** Of the records: a quarter to calibrate on, as much as the rest together to choose by, a quarter for the final figure. */
const SHARES = [0.25, 0.5, 0.25] as const;

/** Three disjoint parts of the records in a seeded order; at most 1200 take part. */
export function splitRecords(
  inputs: GraphInput[],
  { records, labels, generated }: LabelledRecords,
  seed: number,
): Splits {
  const order = shuffled(records.length, seed).slice(0, MAX_RECORDS);
  const ends = SHARES.map((_, at) =>
    Math.round(order.length * SHARES.slice(0, at + 1).reduce((sum, share) => sum + share, 0)),
  );
  const part = (from: number, to: number): Split => {
    const rows = order.slice(from, to);
    const encoded = encodeRuns(
      { inputs },
      rows.map((row) => records[row]!),
    );
    return {
      runs: encoded.map(({ feeds }) => feeds),
      rows: encoded.map((run) => run.rows),
      ...(labels && { labels: rows.map((row) => labels[row]!) }),
    };
  };
  const [first = 0, second = 0, third = 0] = ends;
  const made = Math.round((order.length * generated) / Math.max(1, records.length));
  return {
    calibration: part(0, first),
    selection: part(first, second),
    final: part(second, third),
    given: order.length - made,
    generated: made,
  };
}

function shuffled(count: number, seed: number): number[] {
  const { next } = createSeededRandom(seed);
  const order = Array.from({ length: count }, (_, at) => at);
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(next() * (at + 1));
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}
