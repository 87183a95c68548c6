/** Words of a page in `localStorage`: written before it goes, and sometimes left when other storage is thrown away. */
export function readWord(name: string): string | undefined {
  return attempt(() => localStorage.getItem(name)) ?? undefined;
}

export function keepWord(name: string, word: string | undefined): void {
  attempt(() => (word === undefined ? localStorage.removeItem(name) : localStorage.setItem(name, word)));
}

/** A browser may refuse it altogether: then nothing is remembered. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
