import type { DataFile } from '../files/data-file.ts';

/** The three files of DSLIB / OR-AS real projects (Batselier & Vanhoucke 2015, doi 10.1016/j.ijproman.2014.09.004). */
export type DslibKind = 'tracking' | 'activities' | 'projects';

const SIGNATURES: Record<DslibKind, readonly string[]> = {
  tracking: ['project_code', 'period', 'status_date', 'activity_id', 'planned_pct', 'pct_complete', 'final_delayed'],
  activities: ['project_code', 'activity_id', 'sector', 'baseline_duration_h', 'n_pred', 'n_succ', 'n_resources'],
  projects: ['project_code', 'sector', 'tracking_periods', 'completed_tracked', 'baseline_start', 'baseline_finish'],
};

export function kindOf(header: readonly string[]): DslibKind | null {
  const kinds = Object.keys(SIGNATURES) as DslibKind[];
  return kinds.find((kind) => SIGNATURES[kind].every((name) => header.includes(name))) ?? null;
}

export function filesOfKind(files: readonly DataFile[], kind: DslibKind): DataFile[] {
  return files.filter((file) => kindOf(file.header) === kind);
}

/** Reads a cell of a row by column name, trimmed; a column that is not there is empty. */
export function columnReader(header: readonly string[]): (cells: readonly string[], name: string) => string {
  const places = new Map(header.map((name, index) => [name, index]));
  return (cells, name) => (cells[places.get(name) ?? -1] ?? '').trim();
}
