import Database from 'better-sqlite3';
import { StoreError, type Change, type Store } from '../../ports/index.ts';
import { createGroupCommit } from './group-commit.ts';
import { storeFailure } from './failures.ts';
import { createGiveBack } from './give-back.ts';

export interface SqliteStoreOptions {
  path: string;
  /** How long to wait for a process that is still letting go of the file. */
  waitForLockMs?: number;
  /** Upper bound of the file; beyond it a commit is refused as on a full disk. */
  maxBytes?: number;
}

const PAGE_BYTES = 4096;
/** The log is cut to this after it was folded into the file. */
const KEPT_LOG_BYTES = 4 * 2 ** 20;
const MAX_REWRITE_BYTES = 16 * 2 ** 20;
/** `PRAGMA auto_vacuum`: free pages are given back when asked for. */
const INCREMENTAL = 2;

/**
 * The durable half of a gateway: one SQLite file (WAL, synchronous FULL), held exclusively, so that a second agent on
 * the same folder is refused instead of sharing sequence numbers. Commits made within one tick share one fsync. What a
 * drained backlog leaves free is given back to the disk.
 * @throws StoreError `store_unavailable` (in use, unwritable), `store_malformed`
 */
export function openSqliteStore({ path, waitForLockMs = 5000, maxBytes }: SqliteStoreOptions): Store {
  const { db, statements } = open(path, waitForLockMs, maxBytes);
  const apply = db.transaction((changes: Change[]) => {
    for (const change of changes) {
      if ('put' in change) statements.put.run(change.put, change.value);
      else if ('remove' in change) statements.remove.run(change.remove);
      else statements.removeRange.run(change.removeFrom, change.to);
    }
  });
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw storeFailure(cause, path);
    }
  };
  const giveBack = createGiveBack(db);
  const group = createGroupCommit<Change>((changes) => {
    attempt(() => apply.immediate(changes));
    if (changes.some((change) => !('put' in change))) giveBack.soon();
  });

  return {
    get: async (key) => attempt(() => bytesOf(statements.get.get(key)?.value)),
    scan: async ({ from, to, limit }) =>
      attempt(() => statements.scan.all(from, to, limit).map(({ key, value }) => [key, bytesOf(value)])),
    async commit(changes) {
      for (const change of changes) checkKeys(change);
      return group.add(changes);
    },
    async close() {
      await group.drained();
      giveBack.stop();
      db.close();
    },
  };
}

interface Entry {
  key: string;
  value: Buffer;
}

function open(path: string, waitForLockMs: number, maxBytes?: number) {
  let db: Database.Database | undefined;
  try {
    db = new Database(path, { timeout: waitForLockMs });
    // Before anything is read: the index of the log then lies in memory, and opening needs no space on a full disk.
    db.pragma('locking_mode = EXCLUSIVE');
    // Byte order of UTF-16 big-endian text is the order of code units, which is how the port compares keys.
    db.pragma("encoding = 'UTF-16be'");
    db.pragma(`page_size = ${PAGE_BYTES}`);
    // Before the first table: a file that has grown without it stays as it is.
    // Asked for once: saying it again would be a write, which a full disk refuses.
    if (db.pragma('auto_vacuum', { simple: true }) !== INCREMENTAL) db.pragma('auto_vacuum = INCREMENTAL');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma(`journal_size_limit = ${KEPT_LOG_BYTES}`);
    if (maxBytes !== undefined) db.pragma(`max_page_count = ${Math.ceil(maxBytes / PAGE_BYTES)}`);
    makeShrinkable(db);
    db.exec('CREATE TABLE IF NOT EXISTS kv (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID');
    return { db, statements: prepare(db) };
  } catch (cause) {
    db?.close();
    throw storeFailure(cause, path);
  }
}

/** A store of an earlier agent is written anew once, while it is small enough for that to be quick. */
function makeShrinkable(db: Database.Database): void {
  const sizeBytes = Number(db.pragma('page_count', { simple: true })) * PAGE_BYTES;
  if (db.pragma('auto_vacuum', { simple: true }) === INCREMENTAL || sizeBytes > MAX_REWRITE_BYTES) return;
  try {
    db.exec('VACUUM');
  } catch {
    // No room for a second copy: the store works as before, and does not shrink.
  }
}

function prepare(db: Database.Database) {
  return {
    get: db.prepare<[string], Entry>('SELECT value FROM kv WHERE key = ?'),
    scan: db.prepare<[string, string, number], Entry>(
      'SELECT key, value FROM kv WHERE key >= ? AND key < ? ORDER BY key LIMIT ?',
    ),
    put: db.prepare<[string, Uint8Array]>('INSERT OR REPLACE INTO kv (key, value) VALUES (?, ?)'),
    remove: db.prepare<[string]>('DELETE FROM kv WHERE key = ?'),
    removeRange: db.prepare<[string, string]>('DELETE FROM kv WHERE key >= ? AND key < ?'),
  };
}

/** A lone surrogate would be stored as U+FFFD and could meet the key of another entry. */
function checkKeys(change: Change): void {
  for (const key of 'put' in change ? [change.put] : 'remove' in change ? [change.remove] : []) {
    if (!key.isWellFormed()) {
      throw new StoreError('store_malformed', `key ${JSON.stringify(key)}`, {
        field: 'key',
        expected: 'well-formed UTF-16',
      });
    }
  }
}

function bytesOf(value: Buffer): Uint8Array;
function bytesOf(value: Buffer | undefined): Uint8Array | undefined;
function bytesOf(value: Buffer | undefined): Uint8Array | undefined {
  return value && new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}
