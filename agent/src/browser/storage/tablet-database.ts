import { DATABASE, openDatabase, readFrom, SHELVES, writeTo, type Shelf } from './database.ts';
import { storeFailure } from './failures.ts';
import { settled, writeAll } from './transactions.ts';

/** The bucket of the copy, and the entry of `keys` that says which write was the last. */
const COPY = 'copy';
const LAST_WRITE = 'last-write';

/** What is used of Storage Buckets (WICG, https://wicg.github.io/storage-buckets/), which Chromium alone has. */
interface StorageBuckets {
  open(name: string, options: { durability: 'strict' }): Promise<{ indexedDB: IDBFactory }>;
}

export interface TabletDatabase {
  /** Everybody reads here. */
  readonly main: IDBDatabase;
  /**
   * One transaction of strict durability, here and then in the copy: no kill catches both at work.
   * @param work asks for its requests at once, and waits for none; called for each
   * @throws StoreError when it is not stored here; a copy that fails is made anew by the next start
   */
  write(shelf: Shelf, work: (shelf: IDBObjectStore) => void): Promise<void>;
  close(): void;
}

/**
 * The database of this tablet with a copy of it beside it, where the browser can keep one apart. A Chromium whose log was
 * torn by a kill writes on behind the tear, and two starts later throws away all that lies in the same bucket (record
 * 0042). Whichever of the two was written last is copied over the other.
 * @param hereAlone keys of `page` that are written in `main` alone, and would be old news in a copy
 * @throws StoreError
 */
export async function openTabletDatabase(
  hereAlone: readonly string[],
  name: string = DATABASE,
): Promise<TabletDatabase> {
  const main = await openDatabase(name);
  let copy = await openCopy(name);
  const giveUp = () => {
    copy?.close();
    copy = undefined;
  };
  const here = await lastWrite(main);
  const there = (copy && (await lastWrite(copy).catch(giveUp))) ?? here;
  let last = Math.max(here, there);
  if (copy !== undefined && there > here) await copyAll(copy, main, hereAlone, last);
  else if (copy !== undefined && (there < here || here === 0)) {
    last += 1;
    await copyOut(main, copy, hereAlone, last).catch(giveUp);
  }

  return {
    main,
    async write(shelf, work) {
      // Without a copy, too: the one that there was is behind then, and says so.
      last += 1;
      const number = last;
      const numbered = (transaction: IDBTransaction) => {
        work(transaction.objectStore(shelf));
        transaction.objectStore('keys').put(number, LAST_WRITE);
      };
      await write(main, [shelf, 'keys'], numbered);
      if (copy !== undefined) await write(copy, [shelf, 'keys'], numbered).catch(giveUp);
    },
    close() {
      main.close();
      copy?.close();
    },
  };
}

/** The copy of the database, or nothing where the browser has no buckets or opens none. */
export async function openCopy(name: string = DATABASE): Promise<IDBDatabase | undefined> {
  const { storageBuckets } = navigator as Navigator & { storageBuckets?: StorageBuckets };
  try {
    const bucket = await storageBuckets?.open(COPY, { durability: 'strict' });
    return bucket && (await openDatabase(name, bucket.indexedDB));
  } catch {
    return undefined;
  }
}

/** 0 of a database that is new, or that the browser made anew. */
async function lastWrite(database: IDBDatabase): Promise<number> {
  const number = await readFrom(database, 'keys', LAST_WRITE);
  return typeof number === 'number' ? number : 0;
}

/** The copy has its number first: a start between the two copies the same back. */
async function copyOut(
  main: IDBDatabase,
  copy: IDBDatabase,
  hereAlone: readonly string[],
  number: number,
): Promise<void> {
  await copyAll(main, copy, hereAlone, number);
  await writeTo(main, 'keys', { [LAST_WRITE]: number });
}

async function copyAll(
  from: IDBDatabase,
  to: IDBDatabase,
  hereAlone: readonly string[],
  number: number,
): Promise<void> {
  const reading = from.transaction(SHELVES);
  const shelves = await Promise.all(
    SHELVES.map(async (name) => {
      const shelf = reading.objectStore(name);
      const [keys, values] = await Promise.all([settled(shelf.getAllKeys()), settled(shelf.getAll())]);
      return { name, keys, values: values as unknown[] };
    }),
  );
  await write(to, SHELVES, (transaction) => {
    for (const { name, keys, values } of shelves) {
      const shelf = transaction.objectStore(name);
      shelf.clear();
      for (const [at, key] of keys.entries()) shelf.put(values[at], key);
      if (name === 'page') for (const key of hereAlone) shelf.delete(key);
    }
    transaction.objectStore('keys').put(number, LAST_WRITE);
  });
}

async function write(
  database: IDBDatabase,
  shelves: readonly Shelf[],
  work: (transaction: IDBTransaction) => void,
): Promise<void> {
  try {
    await writeAll(database, shelves, 'strict', work);
  } catch (cause) {
    throw storeFailure(cause, database.name);
  }
}
