import { storeFailure } from './failures.ts';
import { settled, writeAll } from './transactions.ts';

/** The one database of the tablet. */
export const DATABASE = 'plumbline';
const VERSION = 1;

/** `rows`: the Store of the core. `keys`: the device key, and how often was written. `page`: what a page reads before anything runs. */
export const SHELVES = ['rows', 'keys', 'page'] as const;
export type Shelf = (typeof SHELVES)[number];

/** @throws StoreError `store_unavailable` */
export async function openDatabase(name: string = DATABASE, from: IDBFactory = indexedDB): Promise<IDBDatabase> {
  try {
    const request = from.open(name, VERSION);
    request.addEventListener('upgradeneeded', () => {
      for (const shelf of SHELVES) request.result.createObjectStore(shelf);
    });
    const database = await settled(request);
    // Whoever wants to delete it, or a newer agent in another tab, is not held up by us.
    database.addEventListener('versionchange', () => database.close());
    return database;
  } catch (cause) {
    throw storeFailure(cause, name);
  }
}

/** @throws StoreError */
export async function readFrom(database: IDBDatabase, shelf: Shelf, key: string): Promise<unknown> {
  try {
    return await settled(database.transaction(shelf, 'readonly').objectStore(shelf).get(key));
  } catch (cause) {
    throw storeFailure(cause, shelf);
  }
}

/**
 * Stores values, or removes those that are undefined, in one transaction.
 * @param durability `strict`: resolves when it survives a power cut, which is not what a browser does unasked
 * @throws StoreError
 */
export async function writeTo(
  database: IDBDatabase,
  shelf: Shelf,
  values: Record<string, unknown>,
  durability: IDBTransactionDurability = 'strict',
): Promise<void> {
  try {
    await writeAll(database, [shelf], durability, (transaction) => {
      const store = transaction.objectStore(shelf);
      for (const [key, value] of Object.entries(values)) {
        if (value === undefined) store.delete(key);
        else store.put(value, key);
      }
    });
  } catch (cause) {
    throw storeFailure(cause, shelf);
  }
}
