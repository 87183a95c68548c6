/** [reference, window] of one bin. */
export type Cell = [before: number, after: number];

const EXPECTED_AT_LEAST = 5;

/**
 * Joins bins until each may expect enough of the smaller sample for χ² to be true, rarest first. Both order and end
 * look at the reference alone: an order that looked at the window would join what is low by chance and alarm several times
 * too often, and an end that did would join everything with the one bin of a sensor that is stuck.
 */
export function poolSparse(before: readonly number[], after: readonly number[]): Cell[] {
  const bins = [...before, ...after.slice(before.length).map(() => 0)];
  return groupSparse(bins, sum(after)).map((group): Cell => [inBins(before, group), inBins(after, group)]);
}

/** Which bins of a reference are joined when it is held against a window of `m` rows. */
export function groupSparse(before: readonly number[], m: number): number[][] {
  const n = sum(before);
  const groups: number[][] = [];
  let open: number[] = [];
  let inOpen = 0;
  const rarestFirst = [...before.entries()].toSorted(([, a], [, b]) => a - b);
  for (const [bin, count] of rarestFirst) {
    open.push(bin);
    inOpen += count;
    if ((inOpen * Math.min(n, m)) / n < EXPECTED_AT_LEAST) continue;
    groups.push(open);
    [open, inOpen] = [[], 0];
  }
  const last = groups.at(-1);
  if (last === undefined) return [open];
  last.push(...open);
  return groups;
}

/** How many of these counts lie in these bins. */
export function inBins(counts: readonly number[], bins: readonly number[]): number {
  return bins.reduce((all, bin) => all + (counts[bin] ?? 0), 0);
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
