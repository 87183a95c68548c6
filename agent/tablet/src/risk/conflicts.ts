import type { ActivityRisk } from '../worker/types.ts';

export type Edit = ActivityRisk['conflicts'][number];

export interface Conflict {
  field: 'progress' | 'outcome';
  /** Entry in force, which a choice of another one replaces. */
  standing: string;
  others: Edit[];
}

/** Edits made without knowing of each other that still say different things; where people agreed nothing is left to ask. */
export function openConflicts(activity: ActivityRisk): Conflict[] {
  return (['progress', 'outcome'] as const).flatMap((field): Conflict[] => {
    const inForce = activity[field];
    const standing = activity.standing[field];
    if (inForce === undefined || standing === undefined) return [];
    const others = activity.conflicts.filter((edit) => edit.field === field && !saysTheSame(edit.value, inForce));
    return others.length === 0 ? [] : [{ field, standing, others }];
  });
}

/** When it was seen is not what was seen. */
function saysTheSame(one: object, other: object): boolean {
  return JSON.stringify(partsOf(one)) === JSON.stringify(partsOf(other));
}

function partsOf(value: object): [string, unknown][] {
  return Object.entries(value)
    .filter(([name]) => name !== 'observedAt')
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}
