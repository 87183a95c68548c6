import { summary } from '../summary.ts';
import { balanceFindings, balanceOf, censoringFindings, groupFindings, timeFindings } from './cohorts.ts';
import { columnValues } from './column-values.ts';
import { columnFindings, describeColumn } from './describe-column.ts';
import { duplicateFindings } from './duplicates.ts';
import {
  listed,
  percent,
  type FindingCode,
  type QualityFinding,
  type QualityReport,
  type Severity,
} from './finding.ts';
import { leakFindings, separationOf } from './leakage.ts';
import type { Dataset } from '../dataset.ts';

const ORDER: readonly Severity[] = ['refuse', 'warn', 'note'];
/** Of the rows read. */
const MANY_REJECTED = 0.05;
/** Reasons for which nobody needs to hear of a column. */
const MINE = new Set(['a date without a role']);

/**
 * What is wrong with a dataset, or might be: shape of every column, duplicates, what gives the label away, balance, censoring,
 * groups and windows against its split rule. Pure and the same for the same rows; a finding names what it is about.
 */
export function assessQuality(dataset: Dataset): QualityReport {
  const { examples, features } = dataset;
  const labels = Uint8Array.from(examples, ({ label }) => label);
  const columns = features.map((feature) => columnValues(examples, feature));
  const findings: QualityFinding[] = (dataset.findings ?? []).map((one) => ({ ...one, code: one.code as FindingCode }));
  const described = columns.map((column) => {
    const { outlierRows, ...about } = describeColumn(column, examples);
    const separation = separationOf(column, labels);
    findings.push(...columnFindings(column, { ...about, outlierRows }), ...leakFindings(column, labels, separation));
    return { ...about, ...(separation === undefined ? {} : { separation }) };
  });
  const balance = balanceOf(summary(dataset), examples);
  findings.push(
    ...duplicateFindings(dataset, columns),
    ...balanceFindings(balance),
    ...groupFindings(dataset),
    ...timeFindings(dataset),
    ...censoringFindings(dataset),
    ...sourceFindings(dataset),
  );
  return {
    dataset: `${dataset.name}@${dataset.version}`,
    rows: examples.length,
    columns: described,
    balance,
    findings: findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity)),
  };
}

function sourceFindings({ rejected, sources, ignoredColumns = {} }: Dataset): QualityFinding[] {
  const findings: QualityFinding[] = [];
  const read = sources.reduce((sum, { rows }) => sum + rows, 0);
  if (rejected.length > 0) {
    const byCode = Object.entries(Object.groupBy(rejected, ({ code }) => code));
    const reasons = byCode.map(([code, rows]) => `${code} ${rows?.length ?? 0}`).join(', ');
    const share = read === 0 ? '' : ` of ${read} (${percent(rejected.length / read)})`;
    const severity = read > 0 && rejected.length > MANY_REJECTED * read ? 'warn' : 'note';
    findings.push({
      code: 'rejected_rows',
      severity,
      field: 'rejected',
      sentence: `${rejected.length} rows${share} are no examples: ${reasons}`,
    });
  }
  for (const [field, reason] of Object.entries(ignoredColumns)) {
    if (MINE.has(reason)) continue;
    const code =
      reason === 'empty' ? 'column_empty' : reason === 'the same in every row' ? 'column_constant' : 'column_left_out';
    const sentence = `${listed([field])} is no feature: ${reason}`;
    // Whoever gave the column meant it to say something.
    const severity = code === 'column_left_out' ? 'note' : 'warn';
    findings.push({ code: reason === 'names rows' ? 'identifier' : code, severity, field, sentence });
  }
  return findings;
}
