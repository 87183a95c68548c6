/** Counts bin by bin, the shorter ones with zeros after them; never below zero. */
export function addCounts(a: readonly number[] = [], b: readonly number[] = [], sign: 1 | -1 = 1): number[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => Math.max(0, (a[i] ?? 0) + sign * (b[i] ?? 0)));
}
