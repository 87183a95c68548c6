import { StoreError, type Change, type Store } from '../ports/index.ts';

/** A Store whose disk is a map. A crash keeps what was committed and nothing else. */
export interface MemoryStore extends Store {
  /** The power goes: this handle is dead, commits under way are lost; the next process gets the returned one. */
  crash(): MemoryStore;
  /** Every commit fails so until the next call; `undefined` heals the disk. */
  refuse(error: StoreError | undefined): void;
  keys(): string[];
}

export function createMemoryStore(disk = new Map<string, Uint8Array>()): MemoryStore {
  let alive = true;
  let refusal: StoreError | undefined;
  const check = () => {
    if (!alive)
      throw new StoreError('store_unavailable', 'the process that held this store is gone', { kind: 'unavailable' });
  };
  return {
    async get(key) {
      check();
      return disk.get(key)?.slice();
    },
    async scan({ from, to, limit }) {
      check();
      const keys = [...disk.keys()].filter((key) => key >= from && key < to).toSorted(byCodeUnits);
      return keys.slice(0, limit).map((key) => [key, disk.get(key)?.slice() ?? new Uint8Array()]);
    },
    async commit(changes) {
      check();
      await Promise.resolve();
      check();
      if (refusal !== undefined) throw refusal;
      for (const change of changes) apply(disk, change);
    },
    async close() {
      alive = false;
    },
    crash() {
      alive = false;
      return createMemoryStore(disk);
    },
    refuse(error) {
      refusal = error;
    },
    keys: () => [...disk.keys()].toSorted(byCodeUnits),
  };
}

function apply(disk: Map<string, Uint8Array>, change: Change): void {
  if ('put' in change) {
    disk.set(change.put, change.value.slice());
  } else if ('remove' in change) {
    disk.delete(change.remove);
  } else {
    for (const key of disk.keys()) if (key >= change.removeFrom && key < change.to) disk.delete(key);
  }
}

function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
