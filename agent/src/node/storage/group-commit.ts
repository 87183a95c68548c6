/** Waiting callers of one tick, written together. */
interface Waiting<Item> {
  items: Item[];
  resolve: () => void;
  reject: (reason: unknown) => void;
}

export interface GroupCommit<Item> {
  /** Resolves when these items were written, with those of every other caller of this tick, in the order of the calls. */
  add(items: Item[]): Promise<void>;
  /** Resolves when nothing is waiting any more. */
  drained(): Promise<void>;
}

/**
 * Many callers, one transaction: the price of an fsync is paid once a tick.
 * @param write applies all items or throws; then every caller of the group is told.
 */
export function createGroupCommit<Item>(write: (items: Item[]) => void): GroupCommit<Item> {
  let waiting: Waiting<Item>[] = [];
  let turn: Promise<void> = Promise.resolve();

  const writeGroup = () => {
    const group = waiting;
    waiting = [];
    try {
      write(group.flatMap((one) => one.items));
      for (const one of group) one.resolve();
    } catch (reason) {
      for (const one of group) one.reject(reason);
    }
  };

  return {
    add(items) {
      if (waiting.length === 0) {
        turn = new Promise((done) => {
          setImmediate(() => {
            writeGroup();
            done();
          });
        });
      }
      return new Promise((resolve, reject) => {
        waiting.push({ items, resolve, reject });
      });
    },
    drained: () => turn,
  };
}
