/** Waiting callers, written together. */
interface Waiting<Item> {
  items: readonly Item[];
  resolve: () => void;
  reject: (reason: unknown) => void;
}

export interface GroupCommit<Item> {
  /** Resolves when these items were written, with those of every caller that waited meanwhile, in the order of the calls. */
  add(items: readonly Item[]): Promise<void>;
  /** Resolves when nothing is waiting any more. */
  drained(): Promise<void>;
}

/**
 * Many callers, one transaction: while one is being made durable, those who come wait for the next together.
 * @param write applies all items or none; when it fails every caller of the group is told
 */
export function createGroupCommit<Item>(write: (items: Item[]) => Promise<void>): GroupCommit<Item> {
  let waiting: Waiting<Item>[] = [];
  let turn: Promise<void> | undefined;

  const writeGroups = async () => {
    // Callers of this very moment come along.
    await Promise.resolve();
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      try {
        await write(group.flatMap((one) => one.items));
        for (const one of group) one.resolve();
      } catch (reason) {
        for (const one of group) one.reject(reason);
      }
    }
    turn = undefined;
  };

  return {
    add(items) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.push({ items, resolve, reject });
      turn ??= writeGroups();
      return promise;
    },
    drained: async () => turn,
  };
}
