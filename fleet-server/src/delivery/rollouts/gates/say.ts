/** `2 %`, `0.5 %`, `26.9 %`: three digits at most. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** `1 device`, `4 devices`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `a, b, c and 4 more`, in the order of the names. */
export function listed(names: readonly string[], most = 3): string {
  const first: string[] = [];
  // Of ten thousand names three are shown: sorting them all would be what a look takes longest for.
  for (const name of names) {
    if (first.length === most && name >= (first.at(-1) ?? '')) continue;
    first.push(name);
    first.sort();
    first.length = Math.min(first.length, most);
  }
  const shown = first.join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** `4 × self_test_failed, 1 × unclean_exits`, the most frequent first, ties by name. */
export function tallied(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const sorted = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return sorted
    .slice(0, 3)
    .map(([word, count]) => (sorted.length === 1 ? word : `${count} × ${word}`))
    .join(', ');
}
