const NAME = 'plumbline-approver';
const VERSION = 1;
const STORES = ['keys', 'trust'] as const;

/** What this browser keeps of an approver: by name of the user in `keys`, under `trust` in `trust`. */
export type StoreName = (typeof STORES)[number];

export async function readKept<T>(store: StoreName, key: string): Promise<T | undefined> {
  return within(store, 'readonly', (objects) => objects.get(key) as IDBRequest<T | undefined>);
}

/** On the disk when it returns. */
export async function keep(store: StoreName, key: string, value: unknown): Promise<void> {
  await within(store, 'readwrite', (objects) => objects.put(value, key));
}

export async function forget(store: StoreName, key: string): Promise<void> {
  await within(store, 'readwrite', (objects) => objects.delete(key));
}

async function within<T>(
  store: StoreName,
  mode: IDBTransactionMode,
  ask: (objects: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction(store, mode, { durability: 'strict' });
      const request = ask(transaction.objectStore(store));
      transaction.addEventListener('complete', () => resolve(request.result));
      transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('the browser keeps nothing')));
    });
  } finally {
    database.close();
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.addEventListener('upgradeneeded', () => {
      for (const store of STORES) request.result.createObjectStore(store);
    });
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('the browser keeps nothing')));
  });
}
