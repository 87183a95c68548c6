import { StoreError, type Change, type Store } from '../../ports/index.ts';
import { storeFailure } from './failures.ts';
import { createGroupCommit } from './group-commit.ts';
import type { TabletDatabase } from './tablet-database.ts';
import { settled } from './transactions.ts';

const SHELF = 'rows';

/**
 * The durable half of a tablet: one shelf of its database. Keys are strings, which IndexedDB compares by code units
 * (Indexed Database API 3.0, section 2.4), as the port does. A group of commits is one transaction of strict durability.
 * @param database stays the caller's to close
 */
export function createIndexedDbStore({ main, write }: TabletDatabase): Store {
  let isClosed = false;
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isClosed) throw closed();
    try {
      return await work();
    } catch (cause) {
      throw storeFailure(cause, main.name);
    }
  };
  const group = createGroupCommit<Change>((changes) =>
    attempt(() =>
      write(SHELF, (shelf) => {
        for (const change of changes) apply(shelf, change);
      }),
    ),
  );
  return {
    get: (key) => attempt(async () => bytesOf(await settled(read(main).get(key)))),
    scan: ({ from, to, limit }) =>
      attempt(async () => {
        if (!(from < to) || limit < 1) return [];
        const range = IDBKeyRange.bound(from, to, false, true);
        const shelf = read(main);
        // Both of one transaction: keys and values are those of one moment.
        const [keys, values] = await Promise.all([
          settled(shelf.getAllKeys(range, limit)),
          settled(shelf.getAll(range, limit)),
        ]);
        return keys.map((key, i): [string, Uint8Array] => [String(key), bytesOf(values[i]) ?? new Uint8Array()]);
      }),
    async commit(changes) {
      if (isClosed) throw closed();
      for (const change of changes) checkKeys(change);
      return group.add(changes);
    },
    async close() {
      await group.drained();
      isClosed = true;
    },
  };
}

function read(main: IDBDatabase): IDBObjectStore {
  return main.transaction(SHELF, 'readonly').objectStore(SHELF);
}

function apply(shelf: IDBObjectStore, change: Change): void {
  // A view into a larger buffer would be stored with all of that buffer.
  if ('put' in change) shelf.put(change.value.slice(), change.put);
  else if ('remove' in change) shelf.delete(change.remove);
  else if (change.removeFrom < change.to) shelf.delete(IDBKeyRange.bound(change.removeFrom, change.to, false, true));
}

/** As on a gateway, where a lone surrogate could meet the key of another entry: one rule for every store. */
function checkKeys(change: Change): void {
  for (const key of 'put' in change ? [change.put] : 'remove' in change ? [change.remove] : []) {
    if (key.isWellFormed()) continue;
    const expected = 'well-formed UTF-16';
    throw new StoreError('store_malformed', `key ${JSON.stringify(key)}`, { field: 'key', expected });
  }
}

function bytesOf(value: unknown): Uint8Array | undefined {
  return value instanceof Uint8Array ? value : undefined;
}

function closed(): StoreError {
  return new StoreError('store_unavailable', 'this store is closed', { kind: 'unavailable' });
}
