import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Files } from '../../agent/src/ports/index.ts';

export interface FilesUnderTest {
  files: Files;
  /** What the next process finds. */
  reopen(): Promise<Files>;
  end(): Promise<void>;
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** What every Files must do, in a folder or in memory. */
export function filesContract(open: () => Promise<FilesUnderTest>): void {
  let under: FilesUnderTest;
  let files: Files;
  beforeEach(async () => {
    under = await open();
    ({ files } = under);
  });
  afterEach(() => under.end());

  it('reads back what was written, and nothing where nothing was', async () => {
    await files.write('slots/delay/A/bundle.plb', 0, bytes('model'));
    expect(await files.read('slots/delay/A/bundle.plb')).toEqual(bytes('model'));
    expect(await files.read('slots/delay/B/bundle.plb')).toBeUndefined();
  });

  it('puts blocks together in whatever order they come', async () => {
    await files.write('f', 5, bytes('world'));
    await files.write('f', 0, bytes('hello'));
    expect(await files.read('f')).toEqual(bytes('helloworld'));
  });

  it('overwrites in place and never shortens', async () => {
    await files.write('f', 0, bytes('abcdef'));
    await files.write('f', 2, bytes('XY'));
    expect(await files.read('f')).toEqual(bytes('abXYef'));
  });

  it('keeps what was synced for the next process', async () => {
    await files.write('fetch/a.part', 0, bytes('a'));
    await files.write('slots/delay/A/bundle.plb', 0, bytes('b'));
    await files.sync(['fetch/a.part', 'slots/delay/A/bundle.plb']);
    const next = await under.reopen();
    expect(await next.read('fetch/a.part')).toEqual(bytes('a'));
    expect(await next.read('slots/delay/A/bundle.plb')).toEqual(bytes('b'));
  });

  it('syncs what was removed in the meantime without complaint', async () => {
    await files.write('gone/f', 0, bytes('x'));
    await files.remove('gone');
    await files.sync(['gone/f']);
    expect(await files.read('gone/f')).toBeUndefined();
  });

  describe('remove', () => {
    it('takes away a file, or everything below a folder, and no neighbour', async () => {
      for (const path of ['slots/a/A/f', 'slots/a/B/f', 'slots/ab/A/f']) await files.write(path, 0, bytes(path));
      await files.remove('slots/a');
      expect(await files.read('slots/a/A/f')).toBeUndefined();
      expect(await files.read('slots/a/B/f')).toBeUndefined();
      expect(await files.read('slots/ab/A/f')).toEqual(bytes('slots/ab/A/f'));
      await files.remove('slots/ab/A/f');
      expect(await files.read('slots/ab/A/f')).toBeUndefined();
    });

    it('of something absent is fine', async () => {
      await expect(files.remove('never/was')).resolves.toBeUndefined();
    });
  });
}
