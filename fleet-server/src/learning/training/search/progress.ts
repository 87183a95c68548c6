import type { SearchOptions } from '../settings.ts';
import type { JobContext } from './context.ts';
import { plannedMembers } from './plan.ts';
import type { OnFit } from './search.ts';

/** Counts fits and foretells the rest by the median of what each algorithm's fits took so far. */
export function trackProgress(
  { members, folds, rungs, factor }: JobContext,
  refits: number,
  width: number,
  onProgress: SearchOptions['onProgress'],
): OnFit {
  const algorithms = members.map(({ algorithm }) => algorithm);
  const planned = new Map(
    [...new Set(algorithms)].map((name) => {
      const own = algorithms.filter((one) => one === name);
      const asked = plannedMembers(own, rungs.length, factor).reduce((sum, count) => sum + count, 0);
      return [name, asked * folds.length] as const;
    }),
  );
  const total = [...planned.values()].reduce((sum, count) => sum + count, 0) + refits;
  const spent = new Map<string, number[]>();
  let done = 0;
  return (member, seconds) => {
    const name = algorithms[member]!;
    spent.set(name, [...(spent.get(name) ?? []), seconds]);
    done += 1;
    onProgress?.(done, total, remaining(planned, spent, width));
  };
}

function remaining(planned: ReadonlyMap<string, number>, spent: ReadonlyMap<string, number[]>, width: number): number {
  const overall = median([...spent.values()].flat());
  let seconds = 0;
  for (const [name, count] of planned) {
    const own = spent.get(name) ?? [];
    seconds += Math.max(0, count - own.length) * (own.length > 0 ? median(own) : overall);
  }
  return seconds / width;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
