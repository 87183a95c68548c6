import { nameOf } from './failures.ts';

/** The answer of one request of IndexedDB. */
export function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('refused')));
  });
}

/** Resolves when everything in it is stored, as durably as the transaction was asked for. */
export function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('aborted')));
  });
}

/**
 * All of this work in one transaction, or nothing of it. Firefox takes no value in the transaction that follows one without
 * room, says InvalidStateError whatever the value is, and judges the next one as it should: so that one is tried, too.
 * @param work asks for its requests at once, and waits for none
 */
export async function writeAll(
  database: IDBDatabase,
  shelves: readonly string[],
  durability: IDBTransactionDurability,
  work: (transaction: IDBTransaction) => void,
): Promise<void> {
  const attempt = async () => {
    const transaction = database.transaction(shelves, 'readwrite', { durability });
    const whole = completed(transaction);
    try {
      work(transaction);
    } catch (cause) {
      // What was asked for before it would be stored otherwise.
      transaction.abort();
      await whole.catch(() => undefined);
      throw cause;
    }
    await whole;
  };
  await attempt().catch((cause: unknown) => {
    if (nameOf(cause) !== 'InvalidStateError') throw cause;
    return attempt();
  });
}
