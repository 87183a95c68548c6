import { expect, it } from 'vitest';
import { BUDGET_SHARES, budgetOf, FALSE_ALARM_BUDGET, PART_OF, type BudgetPart } from './budget.ts';
import type { FindingKind } from './finding.ts';

it('one false alarm in 1,000 windows is shared out whole: over all parts and both scopes, and to no part twice', () => {
  const first = new Map<BudgetPart, FindingKind>();
  for (const [kind, part] of Object.entries(PART_OF)) if (!first.has(part)) first.set(part, kind as FindingKind);
  expect([...first.keys()].toSorted()).toEqual(Object.keys(BUDGET_SHARES).toSorted());
  const spent = [...first.values()].flatMap((kind) => [budgetOf(kind, 'fleet'), budgetOf(kind, 'parts')]);
  expect(spent.reduce((sum, one) => sum + one, 0)).toBeCloseTo(FALSE_ALARM_BUDGET, 15);
  expect(budgetOf('covariate', 'fleet')).toBe(budgetOf('score', 'fleet'));
});
