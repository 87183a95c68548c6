export interface Keeper<Value> {
  /** Writes it, or a later one that came meanwhile. */
  put(value: Value): void;
  /** Resolves when what was put so far is written, or could not be. */
  kept(): Promise<void>;
}

/** One write at a time, and of several values that wait the last alone: somebody types faster than a disk writes. */
export function createKeeper<Value>(write: (value: Value) => Promise<void>): Keeper<Value> {
  let next: { value: Value } | undefined;
  let turn: Promise<void> | undefined;
  const writeAll = async () => {
    while (next !== undefined) {
      const { value } = next;
      next = undefined;
      await write(value).catch(() => undefined);
    }
    turn = undefined;
  };
  return {
    put(value) {
      next = { value };
      turn ??= writeAll();
    },
    kept: async () => turn,
  };
}
