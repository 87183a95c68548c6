import { formatDay } from '../values/parse-date.ts';
import { listed, percent, type QualityFinding, type QualityReport } from './finding.ts';
import type { Dataset, Example } from '../dataset.ts';
import type { CohortSummary, DatasetSummary } from '../summary.ts';

const RARE_CLASS = 0.1;
const VERY_RARE_CLASS = 0.02;
/** Rows of a cohort below which its rate is mostly chance. */
const MINIMUM_COHORT = 30;
const SHOWN_GROUPS = 20;
/** Standard errors beyond which a year's rate differs from all others'; years are few. */
const MOVED_Z = 4;
/** Of the usual number of rows a quarter. */
const THIN = 0.5;

/** How the label is spread over time, sites and groups. */
export function balanceOf(
  { overall, byYear, bySite }: DatasetSummary,
  examples: readonly Example[],
): QualityReport['balance'] {
  const groups = Map.groupBy(examples, ({ group }) => group);
  const repeat = groups.size < examples.length;
  const largest = [...groups].toSorted((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
  const shown = repeat ? largest.slice(0, SHOWN_GROUPS) : [];
  return { overall, byYear, bySite, byGroup: Object.fromEntries(shown.map(([name, rows]) => [name, cohortOf(rows)])) };
}

function cohortOf(examples: readonly Example[]): CohortSummary {
  const late = examples.reduce((sum, { label }) => sum + label, 0);
  return { rows: examples.length, late, baseRate: examples.length === 0 ? 0 : late / examples.length };
}

export function balanceFindings({ overall, byYear, bySite }: QualityReport['balance']): QualityFinding[] {
  const findings: QualityFinding[] = [];
  const rare = Math.min(overall.baseRate, 1 - overall.baseRate);
  if (rare < RARE_CLASS) {
    const sentence = `${overall.late} of ${overall.rows} rows are late (${percent(overall.baseRate)}): accuracy says nothing here`;
    findings.push({
      code: 'class_imbalance',
      severity: rare < VERY_RARE_CLASS ? 'warn' : 'note',
      field: 'label',
      sentence,
    });
  }
  const moved = Object.entries(byYear).filter(([, year]) => moves(year, overall));
  if (moved.length > 0) {
    const years = moved.map(([year, { baseRate }]) => `${year} ${percent(baseRate)}`).join(', ');
    const sentence = `the share of late rows moves over time: ${years}, overall ${percent(overall.baseRate)}`;
    findings.push({ code: 'base_rate_moves', severity: 'note', field: 'label', sentence });
  }
  const single = Object.entries(bySite).filter(
    ([, { rows, late }]) => rows >= MINIMUM_COHORT && (late === 0 || late === rows),
  );
  if (single.length > 0) {
    const sentence = `${single.length} sites have rows of one class only: ${listed(single.map(([name]) => name))}`;
    findings.push({ code: 'one_class_site', severity: 'note', field: 'site', sentence });
  }
  return findings;
}

function moves(year: CohortSummary, overall: CohortSummary): boolean {
  const rest = { rows: overall.rows - year.rows, late: overall.late - year.late };
  if (year.rows < MINIMUM_COHORT || rest.rows < MINIMUM_COHORT) return false;
  const pooled = overall.baseRate;
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / year.rows + 1 / rest.rows));
  return error > 0 && Math.abs(year.baseRate - rest.late / rest.rows) > MOVED_Z * error;
}

/** Groups that the split rule does not keep together. */
export function groupFindings({ examples, split }: Dataset): QualityFinding[] {
  const groups = Map.groupBy(examples, ({ group }) => group);
  const several = [...groups].filter(([, rows]) => rows.length > 1);
  if (several.length === 0 || split === 'group') return [];
  const torn =
    split === 'stratified'
      ? several
      : several.filter(([, rows]) => {
          const known = rows.reduce((first, { knownAt }) => Math.min(first, knownAt), Infinity);
          return rows.some(({ dueAt, knownAt }) => knownAt > known && dueAt >= known);
        });
  if (torn.length === 0) return [];
  const sentence =
    split === 'stratified'
      ? `${torn.length} groups have several rows, and folds by class tear them apart: split by group, or figures are too good`
      : `${torn.length} groups have rows before and after one moment: a model judged over time has seen earlier rows of the same group`;
  const rows = torn.slice(0, 3).flatMap(([, members]) => members.slice(0, 2).map(({ ref }) => ref));
  return [
    { code: 'groups_across_folds', severity: split === 'stratified' ? 'warn' : 'note', field: 'group', sentence, rows },
  ];
}

/** Quarters without a row, and quarters at the end with far fewer rows than usual. */
export function timeFindings({ examples, split }: Dataset): QualityFinding[] {
  if (examples.length === 0 || split !== 'time') return [];
  const byQuarter = new Map<number, number>();
  for (const { dueAt } of examples) byQuarter.set(quarterOf(dueAt), (byQuarter.get(quarterOf(dueAt)) ?? 0) + 1);
  const [first, last] = [...byQuarter.keys()].reduce(
    ([low, high], one) => [Math.min(low, one), Math.max(high, one)],
    [Infinity, -Infinity],
  );
  const findings: QualityFinding[] = [];
  const empty: number[] = [];
  const MOST_QUARTERS = 4_000;
  for (let quarter = first; quarter <= last && empty.length < MOST_QUARTERS; quarter++)
    if (!byQuarter.has(quarter)) empty.push(quarter);
  if (empty.length > 0) {
    const sentence = `${empty.length} quarters between ${nameOf(first)} and ${nameOf(last)} have no row: ${listed(empty.map(nameOf))}; nothing is learned or judged there`;
    findings.push({ code: 'empty_window', severity: 'warn', field: 'dueAt', sentence });
  }
  const counts = [...byQuarter.values()].toSorted((a, b) => a - b);
  const usual = counts[counts.length >> 1] ?? 0;
  const recent = byQuarter.get(last) ?? 0;
  if (counts.length >= 6 && usual >= MINIMUM_COHORT && recent < THIN * usual) {
    const sentence = `${nameOf(last)} has ${recent} rows, usual are ${usual}: what ended is there and what goes on is not, or the source ends within it`;
    findings.push({ code: 'recent_thinner', severity: 'warn', field: 'dueAt', sentence });
  }
  return findings;
}

function quarterOf(time: number): number {
  const date = new Date(time);
  return date.getUTCFullYear() * 4 + Math.floor(date.getUTCMonth() / 3);
}

function nameOf(quarter: number): string {
  return `${Math.floor(quarter / 4)} Q${(((quarter % 4) + 4) % 4) + 1}`;
}

/** What was still open when the source was written, and what was done about it. */
export function censoringFindings({ censoring, counts }: Dataset): QualityFinding[] {
  const missing = counts['label_missing'] ?? 0;
  if (censoring === undefined) {
    if (missing === 0) return [];
    const sentence = `${missing} rows have no label and are left out; if they are those that still go on, the others are too good`;
    return [{ code: 'censored', severity: 'note', field: 'label', sentence }];
  }
  const { openRows, overdueRows, overdue, dataDate } = censoring;
  if (openRows + overdueRows === 0) return [];
  const at = dataDate === undefined ? '' : ` on ${formatDay(dataDate)}`;
  const open = `${openRows} rows were open and not due${at}; nobody can say, so they are left out`;
  const due =
    overdue === 'late'
      ? `${overdueRows} were due and not finished; they count as late, so that recent cohorts hold more than what ended early`
      : `${overdueRows} were due and not finished; their end is not known, so they are left out, and the rows that are left ended better than all did`;
  const severity = overdue === 'left-out' && overdueRows > 0 ? 'warn' : 'note';
  return [{ code: 'censored', severity, field: 'label', sentence: `${open}. ${due}.` }];
}
