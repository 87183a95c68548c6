import { quantile, type ColumnValues } from './column-values.ts';
import { listed, percent, type ColumnQuality, type QualityFinding } from './finding.ts';
import type { Example } from '../dataset.ts';

const TOP_LEVELS = 8;
const SHOWN_ROWS = 5;
/** Robust standard deviations: one in 500 million of a normal distribution, so that skew alone rarely counts. */
const OUTLIER_Z = 6;
/** Of the normal distribution: the median absolute deviation times this is the standard deviation. */
const MAD_TO_SD = 1.4826;
const MOSTLY_MISSING = 0.5;

export function describeColumn(
  column: ColumnValues,
  examples: readonly Example[],
): ColumnQuality & { outlierRows: string[] } {
  const { feature, values, levels, present, distinct } = column;
  const about = {
    name: feature.name,
    type: feature.type,
    rows: values.length,
    missing: values.length - present,
    distinct,
  };
  if (feature.type === 'category') {
    const counts = new Float64Array(levels.length);
    for (const code of values) if (!Number.isNaN(code)) counts[code]!++;
    const order = [...levels.keys()].toSorted((a, b) => counts[b]! - counts[a]! || (levels[a]! < levels[b]! ? -1 : 1));
    const top = order.slice(0, TOP_LEVELS).map((code) => ({ level: levels[code]!, rows: counts[code]! }));
    return { ...about, top, outlierRows: [] };
  }
  if (present === 0) return { ...about, outlierRows: [] };
  const sorted = values.filter((value) => !Number.isNaN(value)).toSorted();
  const mean = sorted.reduce((sum, value) => sum + value, 0) / present;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const quantiles = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1].map((share) => quantile(sorted, share));
  const far = outlierTest(sorted, quantiles[3]!, quantiles[4]! - quantiles[2]!);
  const outlying = [...values.keys()].filter((row) => far(values[row]!));
  return {
    ...about,
    quantiles: quantiles as NonNullable<ColumnQuality['quantiles']>,
    mean,
    sd: present > 1 ? Math.sqrt(squares / (present - 1)) : 0,
    outliers: outlying.length,
    outlierRows: outlying.slice(0, SHOWN_ROWS).map((row) => examples[row]!.ref),
  };
}

/** By the median absolute deviation; where most values are one and the same, by the quartiles; else nothing stands out. */
function outlierTest(sorted: Float64Array, median: number, betweenQuartiles: number): (value: number) => boolean {
  const deviations = sorted.map((value) => Math.abs(value - median)).toSorted();
  const spread = MAD_TO_SD * quantile(deviations, 0.5) || betweenQuartiles / 1.349;
  return (value) => spread > 0 && Math.abs(value - median) > OUTLIER_Z * spread;
}

/** Columns that say nothing, name rows, are mostly missing or hold values far from all others. */
export function columnFindings(
  column: ColumnValues,
  { outliers = 0, outlierRows }: ReturnType<typeof describeColumn>,
): QualityFinding[] {
  const { feature, values, present, distinct } = column;
  const field = feature.name;
  if (present === 0)
    return [{ code: 'column_empty', severity: 'warn', field, sentence: `'${field}' is missing in every row` }];
  const findings: QualityFinding[] = [];
  const missing = values.length - present;
  if (distinct === 1 && missing === 0) {
    findings.push({
      code: 'column_constant',
      severity: 'warn',
      field,
      sentence: `'${field}' is the same in every row`,
    });
  }
  if (missing / values.length > MOSTLY_MISSING) {
    const sentence = `'${field}' is missing in ${missing} of ${values.length} rows (${percent(missing / values.length)})`;
    findings.push({ code: 'missing_values', severity: 'warn', field, sentence });
  }
  if (namesRows(column)) {
    const sentence = `'${field}' has ${distinct} different values in ${present} rows: it names rows, and a model would learn them by heart`;
    findings.push({ code: 'identifier', severity: 'warn', field, sentence });
  }
  if (outliers > 0) {
    const sentence = `${outliers} values of '${field}' lie more than ${OUTLIER_Z} robust standard deviations from its median, as in ${listed(outlierRows, 3)}`;
    findings.push({ code: 'outliers', severity: 'note', field, sentence, rows: outlierRows });
  }
  return findings;
}

/** A level for nearly every row; or whole numbers, all different and without gaps to speak of. */
function namesRows({ feature, values, present, distinct }: ColumnValues): boolean {
  const MINIMUM_ROWS = 20;
  if (present < MINIMUM_ROWS || distinct < 0.9 * present) return false;
  if (feature.type === 'category') return true;
  if (distinct < present) return false;
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (!Number.isInteger(value)) return false;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high - low < 1.5 * present;
}
