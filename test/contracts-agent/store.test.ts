import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../agent/src/node/storage/sqlite-store.ts';
import { StoreError, type Change } from '../../agent/src/ports/index.ts';
import { createMemoryStore } from '../../agent/src/testing/memory-store.ts';
import { startKilledWriter } from './killed-writer.ts';
import { storeContract } from './store.contract.ts';

const SMALL_BYTES = 400_000;

function temporary() {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-store-'));
  return { path: join(folder, 'agent.sqlite'), remove: () => rmSync(folder, { recursive: true }) };
}

const rowKey = (n: number) => `row/${String(n).padStart(8, '0')}`;
const sizeOf = (path: string) => (existsSync(path) ? statSync(path).size : 0);

describe('the SQLite store of a gateway', () => {
  storeContract(async () => {
    const { path, remove } = temporary();
    const open = () => openSqliteStore({ path, maxBytes: SMALL_BYTES, waitForLockMs: 0 });
    let store = open();
    return {
      store,
      async crash() {
        await store.close();
        return (store = open());
      },
      fill: async () => undefined,
      async end() {
        await store.close();
        remove();
      },
    };
  });

  it('keeps every commit it acknowledged when its process gets SIGKILL', async () => {
    const { path, remove } = temporary();
    const acknowledged = await startKilledWriter(path, 200);
    const store = openSqliteStore({ path });
    const kept = await store.scan({ from: 'k', to: 'l', limit: 1_000_000 });
    await store.close();
    remove();
    expect(acknowledged).toBeGreaterThanOrEqual(200);
    expect(kept.length).toBeGreaterThanOrEqual(acknowledged);
    expect(kept.map(([key]) => key)).toEqual(kept.map((_, i) => `k${String(i).padStart(8, '0')}`));
  });

  it('gives the disk back after a backlog of 50 MB was drained, while others go on writing', async () => {
    const { path, remove } = temporary();
    const store = openSqliteStore({ path });
    const value = new Uint8Array(500).fill(120);
    const rows = 100_000;
    for (let n = 0; n < rows; n += 5000) {
      await store.commit(Array.from({ length: 5000 }, (_, i) => ({ put: rowKey(n + i), value })));
    }
    const fullBytes = statSync(path).size;
    expect(fullBytes).toBeGreaterThan(50_000_000);
    let slowestMs = 0;
    const write = async (changes: Change[]) => {
      const begun = performance.now();
      await store.commit(changes);
      slowestMs = Math.max(slowestMs, performance.now() - begun);
    };
    for (let n = 0; n < rows; n += 1000) {
      await write([
        { removeFrom: rowKey(n), to: rowKey(n + 1000) },
        { put: 'beside', value },
      ]);
    }
    await expect
      .poll(
        async () => {
          await write([{ put: 'beside', value }]);
          return sizeOf(path) + sizeOf(`${path}-wal`);
        },
        { timeout: 30_000, interval: 20 },
      )
      .toBeLessThan(fullBytes / 10);
    expect(slowestMs).toBeLessThan(2000);
    expect(await store.get('beside')).toEqual(value);
    await store.close();
    remove();
  });

  it('is refused to a second process while the first one holds it', async () => {
    const { path, remove } = temporary();
    const first = openSqliteStore({ path });
    await first.get('a');
    expect(() => openSqliteStore({ path, waitForLockMs: 0 })).toThrow(
      expect.objectContaining({ code: 'store_unavailable' }),
    );
    await first.close();
    remove();
  });

  it('says that a file which is no database is malformed, and leaves it alone', () => {
    const { path, remove } = temporary();
    writeFileSync(path, 'x'.repeat(8192));
    expect(() => openSqliteStore({ path })).toThrow(expect.objectContaining({ code: 'store_malformed' }));
    remove();
  });

  it('does not mistake a key with a lone surrogate for another one', async () => {
    const { path, remove } = temporary();
    const store = openSqliteStore({ path });
    const commit = store.commit([{ put: '\ud800', value: new Uint8Array() }]);
    await expect(commit).rejects.toMatchObject({ code: 'store_malformed', field: 'key' });
    await store.close();
    remove();
  });
});

describe('the store in memory', () => {
  storeContract(async () => {
    let store = createMemoryStore();
    return {
      store,
      crash: async () => (store = store.crash()),
      fill: async () => store.refuse(new StoreError('store_full', 'memory: full', { kind: 'unavailable' })),
      end: () => store.close(),
    };
  });
});
