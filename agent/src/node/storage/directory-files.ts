import { constants, mkdirSync, realpathSync } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Files } from '../../ports/index.ts';
import { storeFailure } from './failures.ts';
import { nearestExisting, safePath } from './safe-path.ts';

/** A final name that is a link is not followed: what is written stays inside the folder. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW;
const READ_WRITE = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;

/**
 * Payloads and models in a folder of a gateway.
 * @throws StoreError `store_full`, `store_unavailable`, and `store_malformed` for a path that leads out of the folder
 */
export function openDirectoryFiles(folder: string): Files {
  const root = makeRoot(folder);
  return {
    read: (path) => inside(root, path, readIfPresent),
    write: (path, offset, bytes) =>
      inside(root, path, async (full) => {
        await mkdir(dirname(full), { recursive: true, mode: 0o700 });
        await using file = await open(full, READ_WRITE, 0o600);
        await writeWhole(file, bytes, offset);
      }),
    async sync(paths) {
      const folders = new Set<string>();
      for (const path of paths) {
        await inside(root, path, async (full) => {
          await syncFile(full);
          for (const above of foldersUpTo(root, await nearestExisting(dirname(full)))) folders.add(above);
        });
      }
      for (const above of folders) await syncFile(above);
    },
    remove: (path) => inside(root, path, (full) => rm(full, { recursive: true, force: true })),
  };
}

function makeRoot(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return realpathSync(folder);
  } catch (cause) {
    throw storeFailure(cause, folder);
  }
}

async function inside<T>(root: string, path: string, work: (full: string) => Promise<T>): Promise<T> {
  try {
    return await work(await safePath(root, path));
  } catch (cause) {
    throw storeFailure(cause, path);
  }
}

async function readIfPresent(full: string): Promise<Uint8Array | undefined> {
  try {
    await using file = await open(full, READ);
    return new Uint8Array(await file.readFile());
  } catch (cause) {
    if (isAbsent(cause)) return undefined;
    throw cause;
  }
}

async function writeWhole(file: { write: WriteAt }, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
}

type WriteAt = (bytes: Uint8Array, from: number, length: number, position: number) => Promise<{ bytesWritten: number }>;

/** fsync of a file or folder; what was removed in the meantime needs none of its own. */
async function syncFile(full: string): Promise<void> {
  try {
    await using file = await open(full, READ);
    await file.sync();
  } catch (cause) {
    if (!isAbsent(cause)) throw cause;
  }
}

function foldersUpTo(root: string, folder: string): string[] {
  return folder === root || folder.length < root.length ? [root] : [folder, ...foldersUpTo(root, dirname(folder))];
}

function isAbsent(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR');
}
