import type { ScheduleProblem } from '../activity/schedule/schedule.ts';

/** What was wrong in a file: every problem is counted, the first ones are kept whole. */
export interface ProblemList {
  list: ScheduleProblem[];
  counts: Record<string, number>;
  add(code: string, at: string, field: string, message: string, expected: string): void;
}

export function createProblemList(keep: number): ProblemList {
  const list: ScheduleProblem[] = [];
  const counts: Record<string, number> = {};
  return {
    list,
    counts,
    add(code, at, field, message, expected) {
      counts[code] = (counts[code] ?? 0) + 1;
      if (list.length < keep) list.push({ code, at, field, message, expected });
    },
  };
}
