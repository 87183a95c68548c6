import type { Slice } from './slices.ts';

export const TOO_SMALL = '(too small)';
const SHOWN_SMALL = 20;

/** Rows by group, those of too few rows together under one name, which is not compared with the others. */
export function pooled({ groups }: Slice, minimum: number) {
  const sizes = new Map<string, number>();
  let unknown = 0;
  for (const group of groups) {
    if (group === null) unknown++;
    else sizes.set(group, (sizes.get(group) ?? 0) + 1);
  }
  const sorted = [...sizes].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const small = sorted.filter(([, rows]) => rows < minimum).map(([name]) => name);
  const rows = small.reduce((sum, name) => sum + sizes.get(name)!, 0);
  const names = sorted.filter(([, count]) => count >= minimum).map(([name]) => name);
  if (small.length > 0) names.push(TOO_SMALL);
  const indexOf = new Map(names.map((name, index) => [name, index]));
  for (const name of small) indexOf.set(name, names.length - 1);
  const assigned = Int32Array.from(groups, (group) => (group === null ? -1 : indexOf.get(group)!));
  const tooSmall = {
    minimum,
    rows,
    groups: small.slice(0, SHOWN_SMALL),
    more: Math.max(0, small.length - SHOWN_SMALL),
  };
  return { assigned, names, tooSmall, unknown };
}
