import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KeyError } from '../errors.ts';

/**
 * Writes a file as a whole or not at all, and never over another: written beside its place, flushed, then linked there.
 * @param mode 0o600 for what only its owner may read.
 * @throws KeyError `keys_exist`, `keys_unwritable`
 */
export async function writeOnce(path: string, bytes: Uint8Array | string, mode: number): Promise<void> {
  const beside = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(beside, 'wx', mode);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(beside, path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new KeyError('keys_exist', `${path}: exists, and is never replaced`, { field: path, kind: 'conflict' });
    }
    throw unwritable(path, cause);
  } finally {
    await rm(beside, { force: true });
  }
  await syncFolder(dirname(path));
}

/** Makes new names in a folder outlive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A failed write as a coded error: names the file, never what should have been in it. */
export function unwritable(path: string, cause: unknown): KeyError {
  const why = (cause as NodeJS.ErrnoException).code ?? 'unknown fault';
  return new KeyError('keys_unwritable', `${path}: cannot be written (${why})`, { field: path, kind: 'unavailable' });
}
