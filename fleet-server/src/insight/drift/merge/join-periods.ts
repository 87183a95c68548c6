/** Something that was counted over a time, ms. */
export interface Counted {
  fromAt: number;
  toAt: number;
  /** Predictions in it. */
  count: number;
}

export interface JoinedPeriod<T> {
  from: number;
  to: number;
  parts: T[];
}

/** All that begins together, in order of time, joined until it holds enough; what is left at the end waits. */
export function joinPeriods<T extends Counted>(parts: readonly T[], minimumCount: number): JoinedPeriod<T>[] {
  const periods = Map.groupBy(parts, ({ fromAt }) => fromAt);
  const joined: JoinedPeriod<T>[] = [];
  let open: T[] = [];
  for (const from of [...periods.keys()].toSorted((a, b) => a - b)) {
    open.push(...(periods.get(from) ?? []));
    if (open.reduce((total, { count }) => total + count, 0) < minimumCount) continue;
    const to = open.reduce((latest, { toAt }) => Math.max(latest, toAt), 0);
    joined.push({ from: open[0]!.fromAt, to, parts: open });
    open = [];
  }
  return joined;
}
