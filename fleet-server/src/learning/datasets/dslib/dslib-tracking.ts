import { DatasetError } from '../errors.ts';
import { createTally } from '../readers/tally.ts';
import { FEATURES, valuesOf } from './features.ts';
import { columnReader, filesOfKind, kindOf } from './kinds.ts';
import { NO_PLAN, planKey, readPlans } from './plan.ts';
import { readStatus } from './status.ts';
import type { DataFile } from '../files/data-file.ts';
import type { Example } from '../dataset.ts';
import type { Reader } from '../readers/reader.ts';
import type { Tally } from '../readers/tally.ts';
import type { Plan } from './plan.ts';
import type { Status } from './status.ts';

/** One example per activity and status date while it is unfinished: will it end later than its baseline? */
export const dslibTracking: Reader = {
  name: 'dslib-tracking',
  version: 2,
  recognise: (header) => (kindOf(header) === null ? 0 : 1),
  read(files) {
    const tracking = required(files, 'tracking');
    const plans = readPlans(required(files, 'activities'));
    const tally = createTally();
    for (const file of files) if (kindOf(file.header) !== 'tracking') tally.count('plan', file.rows.length);
    const statuses = tracking.flatMap((file) => readStatuses(file, tally));
    const byProject = Map.groupBy(statuses, (status) => status.project);
    const examples = [...byProject.values()].flatMap((project) => examplesOf(project, plans));
    tally.count('kept', examples.length);
    tally.count('finished', statuses.length - examples.length);
    return {
      features: FEATURES,
      target: 'the activity finished later than its baseline finish',
      split: 'group',
      examples,
      ...tally.result(),
    };
  },
};

function readStatuses(file: DataFile, tally: Tally): Status[] {
  const cell = columnReader(file.header);
  const statuses: Status[] = [];
  for (const { line, cells } of file.rows) {
    const status = readStatus((name) => cell(cells, name));
    if ('code' in status) tally.reject(file.source, line, status.code, status.message);
    else statuses.push(status);
  }
  return statuses;
}

function examplesOf(project: readonly Status[], plans: ReadonlyMap<string, Plan>): Example[] {
  const lastStatusAt = Math.max(...project.map((status) => status.statusAt));
  const gapAt = new Map(
    [...Map.groupBy(project, (status) => status.statusAt)].map(([at, rows]) => [at, meanGap(rows)]),
  );
  const finishedAt = new Map<string, number>();
  for (const { activity, statusAt, completeFraction } of project) {
    if (completeFraction >= 1) finishedAt.set(activity, Math.min(finishedAt.get(activity) ?? Infinity, statusAt));
  }
  return project
    .filter((status) => status.completeFraction < 1)
    .map((status) => {
      const plan = plans.get(planKey(status.project, status.activity)) ?? NO_PLAN;
      return {
        ref: `${status.project}/${status.activity}/${status.period}`,
        site: status.project,
        group: status.project,
        startAt: status.statusAt,
        dueAt: status.baselineFinishAt,
        // Nobody on site wrote down when it became certain: it is at the latest when the activity is reported finished.
        knownAt: Math.max(status.statusAt, finishedAt.get(status.activity) ?? lastStatusAt),
        label: status.label,
        ...delayOf(status, plan),
        values: valuesOf(status, plan, gapAt.get(status.statusAt) ?? 0),
      };
    });
}

/** In working days of the project. */
function delayOf({ finishDelayHours }: Status, { hoursPerDay }: Plan): { delayDays?: number } {
  if (finishDelayHours === null || hoursPerDay === null || hoursPerDay <= 0) return {};
  return { delayDays: finishDelayHours / hoursPerDay };
}

function meanGap(rows: readonly Status[]): number {
  return rows.reduce((sum, row) => sum + row.plannedFraction - row.completeFraction, 0) / rows.length;
}

function required(files: readonly DataFile[], kind: 'tracking' | 'activities'): DataFile[] {
  const found = filesOfKind(files, kind);
  if (found.length > 0) return found;
  throw new DatasetError('dataset_incomplete', `DSLIB projects without their ${kind} file`, {
    field: kind,
    expected: 'the tracking file together with the activities file',
  });
}
