import { describe, expect, it } from 'vitest';
import type { Files } from '../../../../agent/src/ports/index.ts';
import { filesContract } from '../../../contracts-agent/files.contract.ts';
import { inNode } from './bridge.ts';
import { noise } from './noise.ts';

const block = (n: number) => new Uint8Array(1000).fill(n);
const roomBytes = (await inNode('roomBytes')) as number | undefined;

/** What the files of a tablet must do, wherever they lie. @param open the same ones for the same name */
export function filesOfATablet(open: (name: string) => Promise<Files>): void {
  const fresh = () => open(crypto.randomUUID());

  filesContract(async () => {
    const name = crypto.randomUUID();
    const files = await open(name);
    return { files, reopen: () => open(name), end: () => files.remove('slots') };
  });

  describe('never leave their folder', () => {
    it.each(['/etc/passwd', '../out', 'a/../../b', 'a//b', '', '.', 'a\\b', 'c:d', 'a\0b'])('by %j', async (path) => {
      const files = await fresh();
      for (const work of [files.read(path), files.write(path, 0, Uint8Array.of(1)), files.remove(path)]) {
        await expect(work).rejects.toMatchObject({ code: 'store_malformed', field: 'path' });
      }
    });
  });

  it.skipIf(roomBytes === undefined)('say store_full when the browser has no room, and go on', async () => {
    const files = await fresh();
    await files.write('f', 0, Uint8Array.of(1));
    const write = files.write('large', 0, noise(2 * (roomBytes ?? 0)));
    await expect(write).rejects.toMatchObject({ code: 'store_full', kind: 'unavailable' });
    await files.remove('large');
    await files.write('f', 1, Uint8Array.of(2));
    expect(await files.read('f')).toEqual(Uint8Array.of(1, 2));
  });

  it('take many writes of one file at once, as blocks come', async () => {
    const files = await fresh();
    await Promise.all(Array.from({ length: 200 }, (_, n) => files.write('fetch/x.part', n * 1000, block(n))));
    const whole = await files.read('fetch/x.part');
    expect(whole).toHaveLength(200_000);
    expect(whole?.every((byte, at) => byte === Math.floor(at / 1000))).toBe(true);
  });

  it('are zeros where nothing was written before what was', async () => {
    const files = await fresh();
    await files.write('f', 200_000, Uint8Array.of(7));
    await files.write('f', 0, Uint8Array.of(5));
    const whole = await files.read('f');
    expect(whole).toHaveLength(200_001);
    expect([whole?.[0], whole?.[1], whole?.[199_999], whole?.[200_000]]).toEqual([5, 0, 0, 7]);
  });
}
