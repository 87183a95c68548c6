import { StoreError, type Change, type Store } from '../ports/index.ts';

/** A Store whose disk is a map. A crash keeps what was committed and nothing else. */
export interface MemoryStore extends Store {
  /** The power goes: this handle is dead, commits under way are lost; the next process gets the returned one. */
  crash(): MemoryStore;
  /** Every commit fails so until the next call; `undefined` heals the disk. */
  refuse(error: StoreError | undefined): void;
  /** Asked at every commit, which is numbered from 1: an error refuses this one. */
  refuseWhen(refuses: (commit: number) => StoreError | undefined): void;
  /** Puts other bytes in the place of a value, as worn flash does. */
  damage(key: string, bytes: Uint8Array): void;
  commits(): number;
  keys(): string[];
}

export function createMemoryStore(disk = new Map<string, Uint8Array>()): MemoryStore {
  let alive = true;
  let refuses: (commit: number) => StoreError | undefined = takesAll;
  let commits = 0;
  /** Keys in order, until one is added among them. */
  let sorted: string[] | undefined;
  const inOrder = () => (sorted ??= [...disk.keys()].toSorted(byCodeUnits));
  const apply = (change: Change) => {
    if ('put' in change) {
      if (sorted !== undefined && !disk.has(change.put)) {
        if (change.put > (sorted.at(-1) ?? '')) sorted.push(change.put);
        else sorted = undefined;
      }
      disk.set(change.put, change.value.slice());
    } else if ('remove' in change) {
      if (disk.delete(change.remove)) sorted = undefined;
    } else {
      const keys = inOrder();
      const from = lowerBound(keys, change.removeFrom);
      const gone = keys.splice(from, Math.max(0, lowerBound(keys, change.to) - from));
      for (const key of gone) disk.delete(key);
    }
  };
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
      const keys = inOrder();
      const entries: [string, Uint8Array][] = [];
      for (let i = lowerBound(keys, from); i < keys.length && entries.length < limit; i += 1) {
        const key = keys[i] ?? '';
        if (key >= to) break;
        entries.push([key, disk.get(key)?.slice() ?? new Uint8Array()]);
      }
      return entries;
    },
    async commit(changes) {
      check();
      await Promise.resolve();
      check();
      commits += 1;
      const refusal = refuses(commits);
      if (refusal !== undefined) throw refusal;
      for (const change of changes) apply(change);
    },
    async close() {
      alive = false;
    },
    crash() {
      alive = false;
      return createMemoryStore(disk);
    },
    refuse(error) {
      refuses = () => error;
    },
    refuseWhen(when) {
      refuses = when;
    },
    damage(key, bytes) {
      if (disk.has(key)) disk.set(key, bytes);
    },
    commits: () => commits,
    keys: () => [...disk.keys()].toSorted(byCodeUnits),
  };
}

function takesAll(): undefined {
  return undefined;
}

function lowerBound(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
