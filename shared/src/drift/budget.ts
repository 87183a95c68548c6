import type { FindingKind } from './finding.ts';

/**
 * A window is one look at one line, version and scope over one closed period. Of 1,000 windows in which nothing changed,
 * at most one may raise any alarm of any kind: this is what is shared out.
 */
export const FALSE_ALARM_BUDGET = 0.001;

/** Parts of the budget, together 1. Kinds in one part are one family: they share what it has by Benjamini–Hochberg. */
export const BUDGET_SHARES = {
  inputs: 0.4,
  quality: 0.1,
  estimated: 0.1,
  outcomes: 0.2,
  fairness: 0.1,
  sequence: 0.1,
} as const;

export type BudgetPart = keyof typeof BUDGET_SHARES;

/** The whole fleet, or any smaller scope: groups, profiles, sites and devices together have as much as the fleet. */
export type BudgetScope = 'fleet' | 'parts';

const SCOPE_SHARES: Record<BudgetScope, number> = { fleet: 0.5, parts: 0.5 };

export const PART_OF: Record<FindingKind, BudgetPart> = {
  covariate: 'inputs',
  score: 'inputs',
  quality: 'quality',
  estimated: 'estimated',
  label: 'outcomes',
  concept: 'outcomes',
  realised: 'outcomes',
  fairness: 'fairness',
  sequence: 'sequence',
};

/**
 * Chance that a window in which nothing changed raises any alarm of this kind's part in this scope; q of
 * Benjamini–Hochberg over its family. Over `parts` the family is all scopes smaller than the fleet: `findInScopes`.
 */
export function budgetOf(kind: FindingKind, scope: BudgetScope): number {
  return FALSE_ALARM_BUDGET * BUDGET_SHARES[PART_OF[kind]] * SCOPE_SHARES[scope];
}
