import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, asyncProperty, nat, uint8Array } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../ports/index.ts';
import { openArtifactFiles } from './index.ts';

let folder: string;
let store: ArtifactStore;
const ABSENT = '0'.repeat(64);
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const pathOf = (sha256: string) => join(folder, sha256.slice(0, 2), sha256);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-artifacts-'));
  store = await openArtifactFiles(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('an artifact', () => {
  it('is found under the hash of its bytes, whole or in parts', async () => {
    await assert(
      asyncProperty(uint8Array({ maxLength: 500 }), nat(600), nat(600), async (bytes, offset, length) => {
        const sha256 = await store.put(bytes);
        expect(await store.has(sha256)).toBe(true);
        expect(Uint8Array.from(await store.get(sha256))).toEqual(bytes);
        expect(Uint8Array.from(await store.read(sha256, offset, length))).toEqual(bytes.slice(offset, offset + length));
      }),
      { numRuns: 50 },
    );
  });

  it('of no bytes has the well-known hash', async () => {
    expect(await store.put(new Uint8Array())).toBe(EMPTY);
  });

  it('put twice is stored once, and leaves nothing unfinished', async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const [one, two] = await Promise.all([store.put(bytes), store.put(bytes)]);
    expect(one).toBe(two);
    expect(await readdir(join(folder, 'incoming'))).toEqual([]);
  });

  it('that is not there says so', async () => {
    expect(await store.has(ABSENT)).toBe(false);
    await expect(store.get(ABSENT)).rejects.toMatchObject({ code: 'artifact_not_found', kind: 'not-found' });
    await expect(store.read(ABSENT, 0, 1)).rejects.toMatchObject({ code: 'artifact_not_found' });
  });

  it('that was damaged is refused, and mended by storing it again', async () => {
    const sha256 = await store.put(new Uint8Array([1, 2, 3]));
    await writeFile(pathOf(sha256), new Uint8Array([1, 2, 4]));
    await expect(store.get(sha256)).rejects.toMatchObject({ code: 'artifact_corrupt' });
    await store.put(new Uint8Array([1, 2, 3]));
    expect(Uint8Array.from(await store.get(sha256))).toEqual(new Uint8Array([1, 2, 3]));
  });

  it.each(['', '..', '../secret', `${ABSENT}/..`, ABSENT.toUpperCase().replaceAll('0', 'A'), `${ABSENT}\0`])(
    'is not looked for under %j',
    async (address) => {
      await expect(async () => store.get(address)).rejects.toMatchObject({ code: 'artifact_address_invalid' });
      await expect(async () => store.read(address, 0, 1)).rejects.toMatchObject({ field: 'sha256' });
      await expect(async () => store.has(address)).rejects.toMatchObject({ field: 'sha256' });
    },
  );
});

describe('the folder', () => {
  it('is cleared of what a power cut left unfinished', async () => {
    await writeFile(join(folder, 'incoming', 'half'), 'x');
    await openArtifactFiles(folder);
    expect(await readdir(join(folder, 'incoming'))).toEqual([]);
  });

  it('that cannot be made is named', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    await expect(openArtifactFiles(join(file, 'artifacts'))).rejects.toMatchObject({
      code: 'artifacts_unavailable',
      kind: 'unavailable',
      message: expect.stringContaining(file),
    });
  });

  it('that is gone later is named, and nothing is said to be stored', async () => {
    await rm(join(folder, 'incoming'), { recursive: true });
    await writeFile(join(folder, 'incoming'), 'in the way');
    await expect(store.put(new Uint8Array([1]))).rejects.toMatchObject({ code: 'artifacts_unavailable' });
  });
});
