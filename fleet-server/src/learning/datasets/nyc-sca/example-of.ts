import { createHash } from 'node:crypto';
import { DAY_MS, formatDay } from '../values/parse-date.ts';
import { GRACE_MS } from './merge-phases.ts';
import { workOf } from './work.ts';
import type { Example } from '../dataset.ts';
import type { Phase } from './merge-phases.ts';
import type { Feature } from '@plumbline/shared/manifest';

/** Known at the start of a phase. Final estimate, spending, status and actual end are leaks and stay out. */
export const FEATURES: Feature[] = [
  category('phase'),
  category('project_type'),
  category('borough'),
  category('district'),
  category('work'),
  number('planned_days', 'd'),
  number('budget', 'USD'),
  { ...number('start_month'), seasonal: true },
  number('dsf_groups'),
];

/** A phase with a label → one example; site = school district, group = building. */
export function exampleOf(phase: Phase, label: 0 | 1): Example {
  const { building, startAt, plannedEndAt } = phase;
  const digest = createHash('sha256').update(phase.key).digest('hex').slice(0, 12);
  return {
    ref: `${building}/${phase.phase || 'phase'}/${formatDay(startAt)}/${digest}`,
    site: `district-${phase.district.padStart(2, '0')}`,
    group: building,
    startAt,
    dueAt: plannedEndAt,
    knownAt: plannedEndAt + GRACE_MS,
    label,
    ...(phase.endedAt === null ? {} : { delayDays: Math.round((phase.endedAt - plannedEndAt) / DAY_MS) }),
    values: {
      phase: phase.phase || null,
      project_type: phase.projectType || null,
      // M, X, K, Q, R: Manhattan, Bronx, Brooklyn, Queens, Staten Island.
      borough: building.charAt(0),
      district: phase.district,
      work: workOf(phase.description),
      planned_days: Math.round((plannedEndAt - startAt) / DAY_MS),
      budget: phase.budget,
      start_month: new Date(startAt).getUTCMonth() + 1,
      dsf_groups: phase.dsfNumbers.length,
    },
  };
}

function category(name: string): Feature {
  return { name, type: 'category', missing: 'accept', from: { column: name } };
}

function number(name: string, unit?: string): Feature {
  return { name, type: 'number', ...(unit === undefined ? {} : { unit }), missing: 'accept', from: { column: name } };
}
