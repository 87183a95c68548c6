import type { GuessedRole, InspectedColumn, RoleGuesses } from './table-inspection.ts';

type Score = (column: InspectedColumn, rows: number) => number;

const SCORES: Record<GuessedRole, Score> = {
  label: (column) => {
    if (column.distinct !== 2) return 0;
    const named = /late|delay|overdue|overr[au]n|slip|adherence|on.?time|label|target|outcome|class/i.test(column.name);
    return named ? 0.9 : 0.4;
  },
  time: (column) => {
    if (column.type !== 'date') return 0;
    if (/actual|finish|end|complete/i.test(column.name)) return 0.2;
    return /start|begin|status|as.?of/i.test(column.name) ? 0.9 : 0.6;
  },
  group: (column, rows) => groupScore(column, rows, /project|building|contract|group|package/i),
  site: (column, rows) => groupScore(column, rows, /site|district|location|borough|region|city/i),
};

export function guessRoles(columns: readonly InspectedColumn[], rows: number): RoleGuesses {
  const guesses: RoleGuesses = {};
  for (const role of Object.keys(SCORES) as GuessedRole[]) {
    const scored = columns.map((column) => ({ column: column.name, confidence: SCORES[role](column, rows) }));
    const best = scored.toSorted((a, b) => b.confidence - a.confidence)[0];
    if (best && best.confidence > 0) guesses[role] = best;
  }
  return guesses;
}

/** A group repeats: a column with a value of its own in every row names rows, not groups. */
function groupScore(column: InspectedColumn, rows: number, name: RegExp): number {
  const repeats = column.distinct > 2 && column.distinct <= rows / 2;
  if (!name.test(column.name) || !repeats || column.type === 'date') return 0;
  return column.type === 'category' || /id|code|no\b/i.test(column.name) ? 0.8 : 0.4;
}
