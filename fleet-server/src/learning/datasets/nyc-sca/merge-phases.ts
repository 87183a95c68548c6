import { DAY_MS } from '../values/parse-date.ts';
import type { PhaseRow } from './phase-row.ts';
import type { Snapshot } from './snapshot.ts';

/** A phase is late when it is not finished this long after its planned end; its label is known from then on. */
export const GRACE_MS = 30 * DAY_MS;

/** A phase over all its rows and snapshots. */
export interface Phase extends PhaseRow {
  /** Rows that tell of it, in all snapshots. */
  rowCount: number;
  /** null: not yet due in any snapshot that holds it, so nobody can say. */
  label: 0 | 1 | null;
}

/**
 * Plan, budget and DSF groups come from the earliest snapshot that holds the phase: later ones may have been re-planned.
 * The end comes from the latest, which corrects the earlier. Order of the snapshots does not matter.
 */
export function mergePhases(snapshots: readonly Snapshot[]): Phase[] {
  const merged = new Map<string, Phase>();
  const inOrder = snapshots.toSorted((a, b) => a.dataDate - b.dataDate);
  for (const { dataDate, rows } of inOrder) {
    for (const group of Map.groupBy(rows, (row) => row.key).values()) {
      const now = mergeRows(group);
      const before = merged.get(now.key);
      const rowCount = (before?.rowCount ?? 0) + group.length;
      const plan = before ?? now;
      const label = labelAt(dataDate, plan.plannedEndAt, now.endedAt) ?? before?.label ?? null;
      merged.set(now.key, { ...plan, endedAt: now.endedAt, label, rowCount });
    }
  }
  return [...merged.values()];
}

/**
 * The rows of one phase in one snapshot, one per DSF group: budgets of distinct rows add up (the city splits a phase's
 * budget over its groups), the earliest plan counts, and it has ended when all have. A row repeated word for word is
 * one row.
 */
export function mergeRows(rows: readonly PhaseRow[]): PhaseRow {
  const distinct = [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
  const budgets = distinct.map((row) => row.budget).filter((budget) => budget !== null);
  const ends = distinct.map((row) => row.endedAt).filter((end) => end !== null);
  return {
    ...distinct[0]!,
    plannedEndAt: Math.min(...distinct.map((row) => row.plannedEndAt)),
    endedAt: ends.length === distinct.length ? Math.max(...ends) : null,
    budget: budgets.length > 0 ? budgets.reduce((sum, budget) => sum + budget, 0) : null,
    dsfNumbers: [...new Set(distinct.flatMap((row) => row.dsfNumbers))].toSorted(),
  };
}

/**
 * Not censored: every phase due before the data date has a label, whether it has ended or not, so that phases which
 * ended early are not over-represented among recent ones.
 */
function labelAt(dataDate: number, plannedEndAt: number, endedAt: number | null): 0 | 1 | null {
  const dueAt = plannedEndAt + GRACE_MS;
  if (dueAt >= dataDate) return null;
  return endedAt === null || endedAt > dueAt ? 1 : 0;
}
