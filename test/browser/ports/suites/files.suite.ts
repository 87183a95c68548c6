import { describe, expect, it } from 'vitest';
import { createOpfsFiles } from '../../../../agent/src/browser/storage/opfs-files.ts';
import { filesContract } from '../../../contracts-agent/files.contract.ts';
import { inNode } from './bridge.ts';

const fresh = () => createOpfsFiles(crypto.randomUUID());
const block = (n: number) => new Uint8Array(1000).fill(n);

describe('the files of a tablet', () => {
  filesContract(async () => {
    const folder = crypto.randomUUID();
    return {
      files: createOpfsFiles(folder),
      reopen: async () => createOpfsFiles(folder),
      async end() {
        const root = await navigator.storage.getDirectory();
        await root.removeEntry(folder, { recursive: true }).catch(() => undefined);
      },
    };
  });

  it.each(['/etc/passwd', '../out', 'a/../../b', 'a//b', '', '.', 'a\\b', 'c:d', 'a\0b'])(
    'never leave their folder by %j',
    async (path) => {
      const files = fresh();
      for (const work of [files.read(path), files.write(path, 0, Uint8Array.of(1)), files.remove(path)]) {
        await expect(work).rejects.toMatchObject({ code: 'store_malformed', field: 'path' });
      }
    },
  );

  it('say store_full when the browser has no room', async () => {
    const files = fresh();
    await files.write('f', 0, Uint8Array.of(1));
    await inNode('setQuota', 1);
    try {
      const write = files.write('f', 0, new Uint8Array(5_000_000));
      await expect(write).rejects.toMatchObject({ code: 'store_full', kind: 'unavailable' });
    } finally {
      await inNode('setQuota', null);
    }
    expect(await files.read('f')).toBeDefined();
  });

  it('take many writes of one file at once, as blocks come', async () => {
    const files = fresh();
    await Promise.all(Array.from({ length: 50 }, (_, n) => files.write('fetch/x.part', n * 1000, block(n))));
    const whole = await files.read('fetch/x.part');
    expect(whole).toHaveLength(50_000);
    expect(whole?.every((byte, at) => byte === Math.floor(at / 1000))).toBe(true);
  });
});
