import { compareAll, FALSE_ALARM_BUDGET, type Comparison, type DriftRule } from '@plumbline/shared/drift';
import { CodedError } from '@plumbline/shared/errors';
import { createCounter, noRows, type CountedReference } from './count-columns.ts';
import { openTable } from './open-table.ts';
import type { Replay, ReplayAlarm } from './replay-errors.ts';

/** Two files are asked whether they differ at all: a small effect is enough, where a fleet waits for a medium one. */
export const FILE_RULE: DriftRule = { falseAlarmBudget: FALSE_ALARM_BUDGET, minimumEffect: 0.1 };

/** An alarm of a window, and the columns that raised it. */
export interface WindowAlarm extends ReplayAlarm {
  columns: string[];
}

/**
 * Cuts a file into windows of `window` rows and holds each against the reference; rows after the last whole window are counted
 * and not judged. An alarm stands at the last row of its window.
 * @throws CodedError `column_unknown`, `window_too_large`, `file_empty`
 */
export async function replayWindows(
  path: string,
  reference: CountedReference,
  { detector, window }: { detector: 'psi' | 'chi2'; window: number },
): Promise<Replay & { alarms: WindowAlarm[] }> {
  const bins = reference.columns.map((column) => column.bins);
  const counter = createCounter(bins, await openTable(path), path);
  const alarms: WindowAlarm[] = [];
  let n = 0;
  for await (const { cells } of counter.rows) {
    counter.take(cells);
    n += 1;
    if (n % window !== 0) continue;
    const found = judge(compareColumns(reference, counter.counts()), detector);
    if (found !== undefined) alarms.push({ position: n, detector, ...found });
    counter.clear();
  }
  if (n === 0) throw noRows(path);
  if (n < window) {
    throw new CodedError('window_too_large', `${path} has ${n} rows, less than one window of ${window}`, {
      field: '--window',
      expected: `at most ${n}`,
    });
  }
  return { n, alarms };
}

/** One comparison for each column of the reference, all of them one family. */
export function compareColumns(reference: CountedReference, counts: readonly number[][]): Comparison[] {
  return compareAll(
    reference.columns.map(({ bins, counts: before }, i) => ({ name: bins.name, before, after: counts[i] ?? [] })),
    FILE_RULE,
  );
}

function judge(
  comparisons: readonly Comparison[],
  detector: 'psi' | 'chi2',
): Omit<WindowAlarm, 'position' | 'detector'> | undefined {
  const found = comparisons
    .map((one) => ({ ...one, ...measureOf(one, detector) }))
    .filter((one) => one.fires)
    .toSorted((a, b) => b.effect - a.effect);
  const [first] = found;
  if (first === undefined) return undefined;
  return { statistic: first.statistic, threshold: first.threshold, columns: found.map(({ name }) => name) };
}

/** χ² decides by p and effect; PSI by its threshold at this size, and is asked for a small effect as well: PSI ≈ effect². */
function measureOf(
  one: Comparison,
  detector: 'psi' | 'chi2',
): { statistic: number; threshold: number; fires: boolean } {
  const { statistic, threshold } = one.tests.find(({ name }) => name === detector)!;
  if (detector === 'chi2') return { statistic, threshold, fires: one.alarm };
  const least = Math.max(threshold, FILE_RULE.minimumEffect ** 2);
  return { statistic, threshold: least, fires: one.df > 0 && statistic >= least };
}
