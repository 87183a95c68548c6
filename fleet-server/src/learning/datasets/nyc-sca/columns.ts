/**
 * Columns of "Capital Project Schedules and Budgets" (New York City School Construction Authority, NYC Open Data),
 * trimmed: the published headers of two of them end in a blank.
 */
export const COLUMNS = {
  district: 'Project Geographic District',
  building: 'Project Building Identifier',
  school: 'Project School Name',
  projectType: 'Project Type',
  description: 'Project Description',
  phase: 'Project Phase Name',
  status: 'Project Status Name',
  start: 'Project Phase Actual Start Date',
  plannedEnd: 'Project Phase Planned End Date',
  actualEnd: 'Project Phase Actual End Date',
  budget: 'Project Budget Amount',
  finalEstimate: 'Final Estimate of Actual Costs Through End of Phase Amount',
  spending: 'Total Phase Actual Spending Amount',
  dsfNumbers: 'DSF Number(s)',
} as const;

export type ColumnKey = keyof typeof COLUMNS;

/** What the reader cannot do without. The others are names, or leaks that it never looks at. */
export const REQUIRED: readonly ColumnKey[] = [
  'district',
  'building',
  'projectType',
  'description',
  'phase',
  'status',
  'start',
  'plannedEnd',
  'actualEnd',
  'budget',
  'dsfNumbers',
];

/** A function that reads a cell of a row by its meaning, blanks at the ends and doubled ones removed. */
export function cellReader(header: readonly string[]): (cells: readonly string[], key: ColumnKey) => string {
  const places = new Map(Object.entries(COLUMNS).map(([key, name]) => [key, header.indexOf(name)]));
  return (cells, key) => (cells[places.get(key) ?? -1] ?? '').trim().replace(/\s+/g, ' ');
}
