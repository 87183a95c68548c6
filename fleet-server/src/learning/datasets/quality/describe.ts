import { table } from '@plumbline/shared/api';
import { percent, type ColumnQuality, type QualityReport } from './finding.ts';

/** The report for people, in lines for a terminal; `columns: false` leaves the tables out. */
export function describeQuality(report: QualityReport, { columns = true }: { columns?: boolean } = {}): string {
  const { overall, byYear } = report.balance;
  const lines = [`${report.dataset.slice(0, 90)}: ${report.rows} rows, ${percent(overall.baseRate)} late`];
  const counted = (severity: string) => report.findings.filter((one) => one.severity === severity).length;
  lines.push(`findings: ${counted('refuse')} that refuse, ${counted('warn')} warnings, ${counted('note')} notes`);
  for (const { code, severity, field, sentence, rows } of report.findings) {
    lines.push(`  ${severity.padEnd(6)}  ${code} [${field}]: ${sentence}`);
    if (rows !== undefined && rows.length > 2) lines.push(`          rows: ${rows.join(', ')}`);
  }
  if (!columns) return lines.join('\n');
  const head = ['column', 'type', 'missing', 'distinct', 'min', 'median', 'max', 'mean', 'sd', 'outliers', 'tells'];
  lines.push('', table(head, report.columns.map(cellsOf)), '');
  const years = Object.entries(byYear).map(([year, one]) => [year, one.rows, one.late, one.baseRate.toFixed(3)]);
  lines.push(table(['year due', 'rows', 'late', 'share'], years));
  return lines.join('\n');
}

function shown(value: number | undefined): number | null {
  return value === undefined ? null : Number(value.toPrecision(4));
}

function cellsOf(column: ColumnQuality) {
  const { name, type, missing, distinct, quantiles, mean, sd, outliers, top, separation } = column;
  const most = top?.[0] === undefined ? null : `${top[0].level.slice(0, 16)} (${top[0].rows})`;
  const tells = separation === undefined ? null : separation.toFixed(3);
  return [
    name,
    type,
    missing,
    distinct,
    shown(quantiles?.[0]),
    most ?? shown(quantiles?.[3]),
    shown(quantiles?.[6]),
    shown(mean),
    shown(sd),
    outliers ?? null,
    tells,
  ];
}
