import { completed, openDatabase, settled, type Database } from './indexed-db.ts';

const STORE = 'kept';

/** Stores a value; resolves when the browser says that it is on the disk, which is not what it does unasked. */
export async function put(key: string, value: unknown): Promise<void> {
  using database = await open();
  const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
  if (transaction.durability !== 'strict') throw new Error(`durability is ${transaction.durability}`);
  transaction.objectStore(STORE).put(value, key);
  await completed(transaction);
}

export async function get(key: string): Promise<unknown> {
  using database = await open();
  return await settled(database.transaction(STORE, 'readonly').objectStore(STORE).get(key));
}

async function open(): Promise<Pick<Database, 'transaction'> & Disposable> {
  const database = await openDatabase('plumbline', 1, (fresh) => fresh.createObjectStore(STORE));
  return {
    transaction: (...args) => database.transaction(...args),
    [Symbol.dispose]: () => database.close(),
  };
}
