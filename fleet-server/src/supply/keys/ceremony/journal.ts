import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { KeyError } from '../errors.ts';
import { syncFolder, unwritable, writeOnce } from '../files/write-once.ts';

const PENDING = '.ceremony';
const PREPARING = '.preparing-';
const relative = z.string().regex(/^(?!\/)(?!.*\.\.)[\w./@-]+$/);
const journal = z.strictObject({
  /** Files that give up their names, each to one that is new. */
  retire: z.array(z.strictObject({ from: relative, to: relative })),
  write: z.array(relative),
});

export interface FolderChange {
  /** Moved aside before anything is written; what is not there is passed over. Paths below the folder. */
  retire: { from: string; to: string }[];
  write: { path: string; bytes: Uint8Array; mode: number }[];
}

/**
 * Changes several files of a folder as one: everything is prepared beside, one rename decides, and what a crash then
 * leaves undone is done by the next ceremony (`finishPending`). Before that rename nothing has happened.
 * @throws KeyError `keys_exist`, `keys_unwritable`
 */
export async function changeFolder(folder: string, change: FolderChange): Promise<void> {
  const given = new Set(change.retire.map(({ from }) => from));
  for (const { path } of change.write) {
    if (given.has(path) || !(await exists(join(folder, path)))) continue;
    throw new KeyError('keys_exist', `${join(folder, path)}: exists, and is never replaced`, {
      field: path,
      kind: 'conflict',
    });
  }
  const beside = await mkdtemp(join(folder, PREPARING)).catch((cause: unknown) => {
    throw unwritable(folder, cause);
  });
  try {
    for (const { path, bytes, mode } of change.write) await writeOnce(join(beside, 'files', path), bytes, mode);
    const note = { retire: change.retire, write: change.write.map(({ path }) => path) };
    await writeOnce(join(beside, 'journal.json'), JSON.stringify(journal.parse(note)), 0o600);
    await rename(beside, join(folder, PENDING));
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    if (error instanceof KeyError) throw error;
    throw unwritable(folder, error);
  }
  await syncFolder(folder);
  await finishPending(folder);
}

/**
 * Ends what a ceremony that crashed had decided, and removes what one had only prepared: there may be private keys in
 * it. Doing it twice does nothing more.
 */
export async function finishPending(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(PREPARING))) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
  const pending = join(folder, PENDING);
  const text = await readFile(join(pending, 'journal.json'), 'utf8').catch(() => undefined);
  // Without its journal it is what is left of one that was carried out.
  if (text === undefined) return rm(pending, { recursive: true, force: true });
  const { retire, write } = journal.parse(JSON.parse(text));
  for (const { from, to } of retire) {
    // The new name says that it was done before the crash; what has the old name by now is the successor.
    if (await exists(join(folder, to))) continue;
    await move(join(folder, from), join(folder, to));
  }
  for (const path of write) await move(join(pending, 'files', path), join(folder, path));
  await rm(pending, { recursive: true });
  await syncFolder(folder);
}

async function move(from: string, to: string): Promise<void> {
  if (!(await exists(from))) return;
  await mkdir(dirname(to), { recursive: true, mode: 0o700 });
  await rename(from, to);
  await syncFolder(dirname(to));
}

async function exists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}
