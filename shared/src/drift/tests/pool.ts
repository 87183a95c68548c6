/** [reference, window] of one bin. */
export type Cell = [before: number, after: number];

const EXPECTED_AT_LEAST = 5;

/**
 * Joins bins until each may expect enough of the smaller sample for χ² to be true, rarest first. Both order and end
 * look at the reference alone: an order that looked at the window would join what is low by chance and alarm several times
 * too often, and an end that did would join everything with the one bin of a sensor that is stuck.
 */
export function poolSparse(before: readonly number[], after: readonly number[]): Cell[] {
  const [n, m] = [sum(before), sum(after)];
  const size = Math.max(before.length, after.length);
  const bins = Array.from({ length: size }, (_, i): Cell => [before[i] ?? 0, after[i] ?? 0]);
  const pooled: Cell[] = [];
  let open: Cell = [0, 0];
  for (const [a, b] of bins.toSorted((x, y) => x[0] - y[0])) {
    open = [open[0] + a, open[1] + b];
    if ((open[0] * Math.min(n, m)) / n < EXPECTED_AT_LEAST) continue;
    pooled.push(open);
    open = [0, 0];
  }
  const last = pooled.at(-1);
  if (last === undefined) return [open];
  pooled[pooled.length - 1] = [last[0] + open[0], last[1] + open[1]];
  return pooled;
}

/** The commonest bin of the reference against everything else: what is left to compare when pooling leaves one bin. */
export function commonestAndRest(before: readonly number[], after: readonly number[]): [Cell, Cell] {
  const top = before.indexOf(Math.max(...before));
  const common: Cell = [before[top] ?? 0, after[top] ?? 0];
  return [common, [sum(before) - common[0], sum(after) - common[1]]];
}

export function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
