import type { Files } from '../../ports/index.ts';
import { storeFailure } from './failures.ts';
import { opfsPath } from './opfs-path.ts';
import { completed, settled } from './transactions.ts';

const DATABASE = 'plumbline-files';
const PAGES = 'pages';
const PAGE_BYTES = 65_536;

/** Key of a page: its file, and which of it. */
type PageKey = [path: string, page: number];

export interface IndexedDbFiles extends Files {
  /** Whether anything lies here. */
  hasAny(): Promise<boolean>;
}

/**
 * Payloads and models in a database of their own, in pages of 64 KB: for browsers whose private file system has no
 * sync access handles, such as WebKitGTK up to 2.50. Every write is one transaction of strict durability, so `sync` has
 * nothing left to do.
 * @throws StoreError `store_full`, `store_unavailable`, and `store_malformed` for a path that leads out of the folder
 */
export async function openIndexedDbFiles(name: string = DATABASE): Promise<IndexedDbFiles> {
  const database = await openPages(name);
  const attempt = async <T>(path: string, work: (pages: IDBObjectStore) => Promise<T>, mode: IDBTransactionMode) => {
    opfsPath(path);
    try {
      const transaction = database.transaction(PAGES, mode, { durability: 'strict' });
      const whole = completed(transaction);
      // What the transaction says comes first: a request of one that failed says only that it was ended.
      const working = work(transaction.objectStore(PAGES));
      working.catch(() => undefined);
      await whole;
      return await working;
    } catch (cause) {
      throw storeFailure(cause, path);
    }
  };

  return {
    read: (path) => attempt(path, (pages) => readPages(pages, path), 'readonly'),
    write: (path, offset, bytes) => attempt(path, (pages) => writePages(pages, path, offset, bytes), 'readwrite'),
    async sync(paths) {
      for (const path of paths) opfsPath(path);
    },
    remove: (path) =>
      attempt(
        path,
        async (pages) => {
          pages.delete(pagesOf(path));
          // '0' follows '/': everything below the folder, and no neighbour.
          pages.delete(IDBKeyRange.bound([`${path}/`], [`${path}0`], false, true));
        },
        'readwrite',
      ),
    async hasAny() {
      return (await settled(database.transaction(PAGES).objectStore(PAGES).count())) > 0;
    },
  };
}

/** IndexedDB orders an array behind every number. */
const pagesOf = (path: string) => IDBKeyRange.bound([path], [path, []]);

async function openPages(name: string): Promise<IDBDatabase> {
  try {
    const request = indexedDB.open(name, 1);
    request.addEventListener('upgradeneeded', () => request.result.createObjectStore(PAGES));
    const database = await settled(request);
    database.addEventListener('versionchange', () => database.close());
    return database;
  } catch (cause) {
    throw storeFailure(cause, name);
  }
}

async function readPages(pages: IDBObjectStore, path: string): Promise<Uint8Array | undefined> {
  const [keys, parts] = await Promise.all([
    settled(pages.getAllKeys(pagesOf(path))) as Promise<PageKey[]>,
    settled(pages.getAll(pagesOf(path))) as Promise<Uint8Array[]>,
  ]);
  const last = keys.at(-1);
  if (last === undefined) return undefined;
  // A page that was never written, or not to its end, before a later one was: zeros, as in a file with a hole.
  const whole = new Uint8Array(last[1] * PAGE_BYTES + (parts.at(-1)?.length ?? 0));
  for (const [index, part] of parts.entries()) whole.set(part, (keys[index]?.[1] ?? 0) * PAGE_BYTES);
  return whole;
}

/** Waits for nothing but its own transaction, which would end by itself otherwise. */
async function writePages(pages: IDBObjectStore, path: string, offset: number, bytes: Uint8Array): Promise<void> {
  const end = offset + bytes.length;
  for (let page = Math.floor(offset / PAGE_BYTES); page * PAGE_BYTES < Math.max(end, offset + 1); page += 1) {
    const start = page * PAGE_BYTES;
    const key: PageKey = [path, page];
    const old = (await settled(pages.get(key))) as Uint8Array | undefined;
    const part = bytes.subarray(Math.max(0, start - offset), Math.max(0, start + PAGE_BYTES - offset));
    const at = Math.max(0, offset - start);
    const next = new Uint8Array(Math.max(old?.length ?? 0, at + part.length));
    if (old !== undefined) next.set(old);
    next.set(part, at);
    pages.put(next, key);
  }
}
