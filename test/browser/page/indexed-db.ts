/**
 * The little of IndexedDB that is used here. TypeScript's own types of the browser would take the place of Node's for
 * every file of the tests (CryptoKey, streams, fetch).
 */
interface Request<T> extends EventTarget {
  readonly result: T;
  readonly error: Error | null;
}

interface ObjectStore {
  put(value: unknown, key: string): Request<unknown>;
  get(key: string): Request<unknown>;
}

interface Transaction extends EventTarget {
  readonly durability: 'default' | 'relaxed' | 'strict';
  readonly error: Error | null;
  objectStore(name: string): ObjectStore;
}

export interface Database {
  createObjectStore(name: string): ObjectStore;
  transaction(
    store: string,
    mode: 'readonly' | 'readwrite',
    options?: { durability: Transaction['durability'] },
  ): Transaction;
  close(): void;
}

interface Factory {
  open(name: string, version: number): Request<Database>;
}

/** @param upgrade makes what a database of this version holds */
export function openDatabase(name: string, version: number, upgrade: (database: Database) => void): Promise<Database> {
  const { indexedDB } = globalThis as unknown as { indexedDB: Factory };
  const request = indexedDB.open(name, version);
  request.addEventListener('upgradeneeded', () => upgrade(request.result));
  return settled(request);
}

export function settled<T>(request: Request<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('refused')));
  });
}

/** Resolves when everything in it is stored, as durably as the transaction was asked for. */
export function completed(transaction: Transaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('aborted')));
  });
}
