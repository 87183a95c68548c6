import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { changeFolder, finishPending } from './journal.ts';

let folder: string;
const at = (name: string) => join(folder, name);
const bytes = (text: string) => new TextEncoder().encode(text);
const change = {
  retire: [{ from: 'signer/a.json', to: 'retired/a-1.json' }],
  write: [
    { path: 'signer/a.json', bytes: bytes('new'), mode: 0o600 },
    { path: 'repository/2.json', bytes: bytes('two'), mode: 0o644 },
  ],
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-journal-'));
  await mkdir(at('signer'));
  await writeFile(at('signer/a.json'), 'old');
});
afterEach(() => rm(folder, { recursive: true }));

async function contents(): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const read = paths.map(async (path) => [path.slice(folder.length + 1), await readFile(path, 'utf8')] as const);
  return Object.fromEntries(await Promise.all(read));
}

const AFTER = { 'signer/a.json': 'new', 'retired/a-1.json': 'old', 'repository/2.json': 'two' };

it('a change moves the old aside and puts the new in its place', async () => {
  await changeFolder(folder, change);
  expect(await contents()).toEqual(AFTER);
  expect((await stat(at('signer/a.json'))).mode & 0o777).toBe(0o600);
});

it('a change over a file that nobody gave up does nothing at all', async () => {
  const before = await contents();
  await expect(changeFolder(folder, { ...change, retire: [] })).rejects.toMatchObject({ code: 'keys_exist' });
  expect(await contents()).toEqual(before);
});

it('a change that was decided is finished from wherever a crash left it', async () => {
  await changeFolder(folder, change);
  // Every point between the decision and the end: the first n moves were made.
  const moves = [
    ['signer/a.json', 'retired/a-1.json'],
    ['.ceremony/files/signer/a.json', 'signer/a.json'],
    ['.ceremony/files/repository/2.json', 'repository/2.json'],
  ] as const;
  for (let done = 0; done <= moves.length; done += 1) {
    await rm(folder, { recursive: true });
    for (const one of ['signer', 'retired', 'repository', '.ceremony/files/signer', '.ceremony/files/repository'])
      await mkdir(at(one), { recursive: true });
    await writeFile(at('signer/a.json'), 'old');
    await writeFile(at('.ceremony/files/signer/a.json'), 'new');
    await writeFile(at('.ceremony/files/repository/2.json'), 'two');
    const note = { retire: change.retire, write: change.write.map(({ path }) => path) };
    await writeFile(at('.ceremony/journal.json'), JSON.stringify(note));
    for (const [from, to] of moves.slice(0, done)) await rename(at(from), at(to));
    await finishPending(folder);
    await finishPending(folder);
    expect(await contents(), `after ${done} moves`).toEqual(AFTER);
  }
});

it('a change that was only prepared is taken back, with the private keys in it', async () => {
  await mkdir(at('.preparing-x/files/signer'), { recursive: true });
  await writeFile(at('.preparing-x/files/signer/a.json'), 'secret');
  await finishPending(folder);
  expect(await contents()).toEqual({ 'signer/a.json': 'old' });
});
