import { sum } from '../tests/pool.ts';

export interface Share {
  name: string;
  /** Of the whole change; all of them add up to 1. Below 0: it moved the other way. */
  share: number;
}

/**
 * Which sites (or devices) brought a change: the squared distance between the merged window and the reference falls apart
 * into one part for each, exactly. Description after an alarm, not a test.
 * @param before counts of the reference
 * @param parts counts of each site over the same bins
 * @returns the largest share first; empty when nothing differs
 */
export function attributeChange(
  before: readonly number[],
  parts: readonly { name: string; counts: readonly number[] }[],
): Share[] {
  const n = sum(before);
  const m = parts.reduce((all, { counts }) => all + sum(counts), 0);
  if (n === 0 || m === 0) return [];
  const size = Math.max(before.length, ...parts.map(({ counts }) => counts.length));
  const bins = Array.from({ length: size }, (_, b) => {
    const old = (before[b] ?? 0) / n;
    const now = parts.reduce((all, { counts }) => all + (counts[b] ?? 0), 0) / m;
    return { old, pull: now === old ? 0 : (now - old) / (now + old) };
  });
  const contributions = parts.map(({ name, counts }) => {
    const rows = sum(counts);
    return { name, part: bins.reduce((all, { old, pull }, b) => all + pull * ((counts[b] ?? 0) - old * rows), 0) / m };
  });
  const whole = contributions.reduce((all, { part }) => all + part, 0);
  if (whole <= 0) return [];
  return contributions.map(({ name, part }) => ({ name, share: part / whole })).toSorted((a, b) => b.share - a.share);
}

/** Features in the order of how much they moved: shares of the sum of their squared effects. */
export function attributeFeatures(comparisons: readonly { name: string; effect: number }[]): Share[] {
  const whole = comparisons.reduce((all, { effect }) => all + effect ** 2, 0);
  if (whole === 0) return [];
  return comparisons
    .map(({ name, effect }) => ({ name, share: effect ** 2 / whole }))
    .toSorted((a, b) => b.share - a.share);
}
