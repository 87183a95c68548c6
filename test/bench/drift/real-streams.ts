import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  binCount,
  binOf,
  compareAll,
  DETECTORS,
  quantileEdges,
  type DetectorName,
  type FeatureBins,
} from '../../../shared/src/drift/index.ts';

/** Rows from which a model learns, and which are the reference. */
const LEARNED = 5_000;
const WINDOW = 500;

export interface RealStream {
  columns: string[];
  rows: number[][];
  labels: number[];
}

/** @returns undefined where the shared folder does not have it */
export function readStream(name: 'sea/sea_stream.csv' | 'elec2/elec.csv'): RealStream | undefined {
  const root = resolve(import.meta.dirname, '../../..');
  const path = resolve(root, process.env['PLUMBLINE_SHARED'] ?? '../shared', 'streams', name);
  if (!existsSync(path)) return undefined;
  const [header = '', ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const cells = lines.map((line) => line.split(',').map(Number));
  return {
    columns: header.split(',').slice(0, -1),
    rows: cells.map((row) => row.slice(0, -1)),
    labels: cells.map((row) => row.at(-1) ?? 0),
  };
}

/** Where an error detector alarms on what comes after the rows that a stump, of one column or of two added, has learned. */
export function alarmsOnErrors(
  stream: RealStream,
  name: DetectorName,
): { rows: number; errorRate: number; alarms: number[] } {
  const wrong = errorsOf(stream).slice(LEARNED);
  const detector = DETECTORS[name];
  let state = detector.start();
  const alarms = wrong.flatMap((errors, i) => {
    const taken = detector.take(state, { n: 1, errors });
    state = taken.state;
    return taken.alarm === undefined ? [] : [LEARNED + i + 1];
  });
  return { rows: wrong.length, errorRate: wrong.reduce<number>((sum, one) => sum + one, 0) / wrong.length, alarms };
}

/** Windows of values that alarm against the rows that were learned from. */
export function alarmsOnValues(stream: RealStream): { windows: number; alarms: number } {
  const bins = stream.columns.map((name, c): FeatureBins => {
    return { type: 'number', name, edges: quantileEdges(stream.rows.slice(0, LEARNED).map((row) => row[c] ?? 0)) };
  });
  const countsOf = (rows: number[][]) =>
    bins.map((one, c) => {
      const counts = Array<number>(binCount(one)).fill(0);
      for (const row of rows) counts[binOf(one, row[c])]! += 1;
      return counts;
    });
  const before = countsOf(stream.rows.slice(0, LEARNED));
  let [windows, alarms] = [0, 0];
  for (let from = LEARNED; from + WINDOW <= stream.rows.length; from += WINDOW) {
    const after = countsOf(stream.rows.slice(from, from + WINDOW));
    const pairs = bins.map(({ name }, c) => ({ name, before: before[c] ?? [], after: after[c] ?? [] }));
    windows += 1;
    if (compareAll(pairs).some(({ alarm }) => alarm)) alarms += 1;
  }
  return { windows, alarms };
}

function errorsOf({ rows, labels, columns }: RealStream): (0 | 1)[] {
  const single = columns.map((_, c) => (row: readonly number[]) => row[c] ?? 0);
  const sums = columns.flatMap((_, a) =>
    single.slice(a + 1).map((other) => (row: readonly number[]) => (row[a] ?? 0) + other(row)),
  );
  const stumps = [...single, ...sums].map((value) => bestStump(value, rows.slice(0, LEARNED), labels));
  const best = stumps.reduce((top, one) => (one.right > top.right ? one : top));
  return rows.map((row, i) => (best.says(row) === labels[i] ? 0 : 1));
}

function bestStump(value: (row: readonly number[]) => number, rows: number[][], labels: readonly number[]) {
  const sorted = rows.map((row, i) => [value(row), labels[i] ?? 0] as const).toSorted((a, b) => a[0] - b[0]);
  const positives = sorted.reduce((sum, [, label]) => sum + label, 0);
  let [below, best] = [0, { right: -1, at: 0, above: 1 }];
  for (const [i, [at, label]] of sorted.entries()) {
    below += label;
    // Right when everything up to here is negative and everything above it positive.
    const right = i + 1 - below + (positives - below);
    if (right > best.right) best = { right, at, above: 1 };
    if (sorted.length - right > best.right) best = { right: sorted.length - right, at, above: 0 };
  }
  const { right, at, above } = best;
  return { right, says: (row: readonly number[]) => (value(row) > at ? above : 1 - above) };
}
