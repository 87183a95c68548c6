/**
 * Share of the predictions that would have to lie in another bin for both to be alike, 0…1 (total variation); null where
 * one of them is empty.
 */
export function shareOfDifference(before: readonly number[], now: readonly number[]): number | null {
  const [n, m] = [sum(before), sum(now)];
  if (n === 0 || m === 0) return null;
  const size = Math.max(before.length, now.length);
  const apart = Array.from({ length: size }, (_, at) => Math.abs((before[at] ?? 0) / n - (now[at] ?? 0) / m));
  return sum(apart) / 2;
}

export function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
