import { parseNumber } from '../values/parse-number.ts';
import { columnReader } from './kinds.ts';
import type { DataFile } from '../files/data-file.ts';

/** What the baseline schedule says of an activity; hours are working hours. */
export interface Plan {
  sector: string | null;
  predecessors: number | null;
  successors: number | null;
  resources: number | null;
  hoursPerDay: number | null;
  startOffsetHours: number | null;
  projectHours: number | null;
}

export const NO_PLAN: Plan = {
  sector: null,
  predecessors: null,
  successors: null,
  resources: null,
  hoursPerDay: null,
  startOffsetHours: null,
  projectHours: null,
};

export function planKey(project: string, activity: string): string {
  return `${project}\n${activity}`;
}

/** Plans by `planKey`. The outcome columns of the same file (actual_*, delayed, overran …) are leaks and not read. */
export function readPlans(files: readonly DataFile[]): Map<string, Plan> {
  const plans = new Map<string, Plan>();
  for (const { header, rows } of files) {
    const cell = columnReader(header);
    for (const { cells } of rows) {
      const value = (name: string) => parseNumber(cell(cells, name));
      plans.set(planKey(cell(cells, 'project_code'), cell(cells, 'activity_id')), {
        sector: cell(cells, 'sector') || null,
        predecessors: value('n_pred'),
        successors: value('n_succ'),
        resources: value('n_resources'),
        hoursPerDay: value('hours_per_day'),
        startOffsetHours: value('start_offset_wh'),
        projectHours: value('project_duration_wh'),
      });
    }
  }
  return plans;
}
