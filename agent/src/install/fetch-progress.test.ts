import { MAX_BLOCK_BYTES } from '@plumbline/shared/wire';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fetchKey, fetchPath } from '../store/keys.ts';
import { createMemoryFiles } from '../testing/memory-files.ts';
import { createMemoryStore } from '../testing/memory-store.ts';
import type { Target } from '../update/index.ts';
import { forgetPayload, openProgress } from './fetch-progress.ts';

const SHA256 = 'c'.repeat(64);
/** Nine blocks, the last one of a single byte. */
const TARGET = { payload: { codec: 'none', sha256: SHA256, length: 8 * MAX_BLOCK_BYTES + 1 } } as Target;
const PATH = fetchPath(SHA256);
const lengthOf = (block: number) => (block === 8 ? 1 : MAX_BLOCK_BYTES);

function open(store = createMemoryStore(), files = createMemoryFiles()) {
  const take = async (block: number, until: 'written' | 'synced' | 'marked' = 'marked') => {
    const progress = await openProgress({ store, files }, TARGET);
    await files.write(PATH, block * MAX_BLOCK_BYTES, new Uint8Array(lengthOf(block)).fill(block + 1));
    if (until === 'written') return;
    await files.sync([PATH]);
    if (until === 'marked') await progress.mark(block * MAX_BLOCK_BYTES);
  };
  const missing = async () => {
    const progress = await openProgress({ store, files }, TARGET);
    return progress.missing().map(({ offset }) => offset / MAX_BLOCK_BYTES);
  };
  return { store, files, take, missing, crash: () => open(store.crash(), files.crash()) };
}

describe('the blocks of a payload', () => {
  it('are all missing at first, and none when each was marked, in whatever order', async () => {
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8], { minLength: 9, maxLength: 9 });
    const holds = fc.asyncProperty(order, async (blocks) => {
      const { take, missing } = open();
      const left = new Set([0, 1, 2, 3, 4, 5, 6, 7, 8]);
      expect(await missing()).toEqual([...left]);
      for (const block of blocks) {
        await take(block);
        left.delete(block);
        expect(await missing()).toEqual([...left]);
      }
    });
    expect(await fc.check(holds, { seed: 6, numRuns: 20 })).toMatchObject({ failed: false });
  });

  it.each(['written', 'synced'] as const)('cost one block after a crash between %s and marked', async (until) => {
    const before = open();
    await before.take(0);
    await before.take(1, until);
    const { missing, store, files } = before.crash();
    expect(await missing()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    const { uncounted } = await openProgress({ store, files }, TARGET);
    expect(uncounted).toBe(until === 'synced' ? 1 : 0);
  });

  it('are fetched again where the file lost them, and only there', async () => {
    const { take, missing, files } = open();
    for (const block of [0, 1, 2, 3]) await take(block);
    const bytes = (await files.read(PATH))?.subarray(0, 2 * MAX_BLOCK_BYTES + 5) ?? new Uint8Array();
    await files.remove(PATH);
    await files.write(PATH, 0, bytes);
    expect(await missing()).toEqual([2, 3, 4, 5, 6, 7, 8]);
    await files.remove(PATH);
    expect(await missing()).toHaveLength(9);
  });

  it('are all missing when their map cannot be read', async () => {
    const { take, missing, store } = open();
    await take(0);
    await store.commit([{ put: fetchKey(SHA256), value: new TextEncoder().encode('{"done":7}') }]);
    expect(await missing()).toHaveLength(9);
  });

  it('leave nothing behind when the payload is forgotten', async () => {
    const { take, store, files } = open();
    await take(0);
    await forgetPayload({ store, files }, TARGET);
    expect([...store.keys(), ...files.paths()]).toEqual([]);
  });
});
