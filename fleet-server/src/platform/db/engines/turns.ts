/** Lets one task run at a time, in the order they came. */
export interface Turns {
  take<T>(task: () => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    take(task) {
      const mine = last.then(task);
      // A failed task fails for its own caller only; the next one's turn comes all the same.
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
