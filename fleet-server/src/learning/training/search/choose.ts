/**
 * The member with the least mean Brier score over its folds; ties go to the earlier one.
 * Brier and not log-loss, because one confident miss in a small fold must not decide.
 */
export function chooseMember(briersByMember: readonly (readonly number[])[]): number {
  const means = briersByMember.map((briers) => briers.reduce((sum, value) => sum + value, 0) / briers.length);
  return means.indexOf(Math.min(...means));
}
