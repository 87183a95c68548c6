import { rankAuc } from './ranks.ts';
import { quantile, type ColumnValues } from './column-values.ts';
import { percent, type QualityFinding } from './finding.ts';

/** Beyond this a single column tells more than any plan can know. */
const NEARLY_PERFECT = 0.98;
const PERFECT = 0.9999;
/** Rows of each class that must say something: of fewer a perfect order is chance. */
const MINIMUM_CLASS = 10;
/** A column filled for one class by chance this rarely is believed. */
const CHANCE = 1e-4;
const BINS = 32;

/**
 * How well one column alone tells late from not: the larger of the rank AUC of a number, and the AUC of late rates by level
 * (numbers in 32 bins) where each half of the rows is scored by the other, so that a level of its own for every row tells
 * nothing. undefined where too few rows say.
 */
export function separationOf({ feature, values, levels }: ColumnValues, labels: Uint8Array): number | undefined {
  const rows = [...values.keys()].filter((row) => !Number.isNaN(values[row]!));
  const own = Uint8Array.from(rows, (row) => labels[row]!);
  const late = own.reduce((sum, label) => sum + label, 0);
  if (late < MINIMUM_CLASS || own.length - late < MINIMUM_CLASS) return undefined;
  const present = Float64Array.from(rows, (row) => values[row]!);
  if (feature.type === 'category') return eitherWay(rankAuc(ratesByOtherHalf(present, levels.length, own), own));
  const byRank = eitherWay(rankAuc(present, own));
  const binned = binsOf(present);
  return Math.max(byRank, rankAuc(ratesByOtherHalf(binned, BINS + 1, own), own));
}

function eitherWay(auc: number): number {
  return Math.max(auc, 1 - auc);
}

function binsOf(values: Float64Array): Float64Array {
  const sorted = values.toSorted();
  const edges = Array.from({ length: BINS - 1 }, (_, bin) => quantile(sorted, (bin + 1) / BINS));
  return values.map((value) => {
    let [low, high] = [0, edges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (value > edges[middle]!) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

/** Not every second row: data are often written in pairs. */
function halfOf(row: number): 0 | 1 {
  return Math.imul(row + 1, 0x9e3779b1) < 0 ? 1 : 0;
}

function ratesByOtherHalf(codes: Float64Array, size: number, labels: Uint8Array): Float64Array {
  const counts = [0, 1].map(() => ({ rows: new Float64Array(size), late: new Float64Array(size) }));
  const total = [0, 1].map(() => ({ rows: 0, late: 0 }));
  codes.forEach((code, row) => {
    const half = halfOf(row);
    counts[half]!.rows[code]!++;
    counts[half]!.late[code]! += labels[row]!;
    total[half]!.rows++;
    total[half]!.late += labels[row]!;
  });
  return codes.map((code, row) => {
    const other = 1 - halfOf(row);
    const base = total[other]!.late / Math.max(1, total[other]!.rows);
    return (counts[other]!.late[code]! + base) / (counts[other]!.rows[code]! + 1);
  });
}

const TELLING_NAME =
  /(^|[^a-z])(actual|actuals|as[ _-]?built|final|outcome|overrun|overran|delayed|days[ _-]?late|late[ _-]?days|finished|completed)([^a-z]|$)/i;

/** What one column gives away of the label. */
export function leakFindings(
  column: ColumnValues,
  labels: Uint8Array,
  separation: number | undefined,
): QualityFinding[] {
  const field = column.feature.name;
  const findings: QualityFinding[] = [];
  if (separation !== undefined && separation >= NEARLY_PERFECT) {
    const certain = separation >= PERFECT;
    const how = certain ? 'without exception' : `almost perfectly (AUC ${separation.toFixed(4)})`;
    const sentence = `'${field}' alone tells late from not late ${how}: it was probably written down afterwards`;
    findings.push({ code: 'leak_separates', severity: certain ? 'refuse' : 'warn', field, sentence });
  }
  const filled = filledForOneClass(column, labels);
  if (filled) findings.push(filled);
  if (TELLING_NAME.test(field.replace(/([a-z])([A-Z])/g, '$1 $2'))) {
    const sentence = `'${field}' is called like something that is known only afterwards`;
    findings.push({ code: 'leak_name', severity: 'warn', field, sentence });
  }
  return findings;
}

function filledForOneClass({ feature, values, present }: ColumnValues, labels: Uint8Array): QualityFinding | undefined {
  const missing = values.length - present;
  if (present < MINIMUM_CLASS || missing < MINIMUM_CLASS) return undefined;
  const late = labels.reduce((sum, label) => sum + label, 0);
  const lateThere = labels.reduce((sum, label, row) => sum + (Number.isNaN(values[row]!) ? 0 : label), 0);
  if (lateThere !== 0 && lateThere !== present) return undefined;
  const share = lateThere === 0 ? 1 - late / labels.length : late / labels.length;
  if (share ** present > CHANCE) return undefined;
  const which = lateThere === 0 ? 'not late' : 'late';
  const sentence = `'${feature.name}' is filled in ${present} rows, all of them ${which} (${percent(share)} of all rows are): whether it is filled gives the label away`;
  return { code: 'leak_filled_for_one_class', severity: 'warn', field: feature.name, sentence };
}
