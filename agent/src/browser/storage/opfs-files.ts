import type { Files } from '../../ports/index.ts';
import { nameOf, storeFailure } from './failures.ts';
import { opfsPath, type OpfsPath } from './opfs-path.ts';

const FOLDER = 'plumbline';

/**
 * Payloads and models in the origin's private file system, by sync access handles: a dedicated worker only. One handle
 * a file at a time, opened for one piece of work: what a worker that was ended held is free again.
 * @param folder below the root of the origin
 * @throws StoreError `store_full`, `store_unavailable`, and `store_malformed` for a path that leads out of the folder
 */
export function createOpfsFiles(folder: string = FOLDER): Files {
  /** Pieces of work on one path wait for each other: a second handle would be refused. */
  const turns = new Map<string, Promise<unknown>>();
  const inTurn = <T>(path: string, work: (place: OpfsPath) => Promise<T>): Promise<T> => {
    const before = turns.get(path) ?? Promise.resolve();
    const result = before.then(async () => {
      try {
        return await work(opfsPath(path));
      } catch (cause) {
        throw storeFailure(cause, path);
      }
    });
    const done = result.catch(() => undefined);
    turns.set(path, done);
    void done.then(() => turns.get(path) === done && turns.delete(path));
    return result;
  };
  const folderOf = async ({ folders }: OpfsPath, create: boolean) => {
    let at = await navigator.storage.getDirectory();
    for (const name of [folder, ...folders]) at = await at.getDirectoryHandle(name, { create });
    return at;
  };
  const withFile = async <T>(place: OpfsPath, create: boolean, work: (file: FileSystemSyncAccessHandle) => T) => {
    const file = await (await folderOf(place, create)).getFileHandle(place.name, { create });
    const handle = await file.createSyncAccessHandle();
    try {
      return work(handle);
    } finally {
      handle.close();
    }
  };

  return {
    read: (path) => inTurn(path, (place) => ifPresent(withFile(place, false, readWhole))),
    write: (path, offset, bytes) => inTurn(path, (place) => withFile(place, true, (f) => writeWhole(f, bytes, offset))),
    async sync(paths) {
      for (const path of paths) {
        await inTurn(path, (place) => ifPresent(withFile(place, false, (file) => file.flush())));
      }
    },
    remove: (path) =>
      inTurn(path, async (place) => {
        await ifPresent(folderOf(place, false).then((at) => at.removeEntry(place.name, { recursive: true })));
      }),
  };
}

/** Whether an agent has left files here: they may outlive the database that knew what they are. */
export async function hasOpfsFiles(): Promise<boolean> {
  const root = await navigator.storage.getDirectory();
  const folder = await ifPresent(root.getDirectoryHandle(FOLDER));
  if (folder === undefined) return false;
  const first = await folder.keys().next();
  return first.done !== true;
}

function readWhole(file: FileSystemSyncAccessHandle): Uint8Array {
  const bytes = new Uint8Array(file.getSize());
  for (let at = 0; at < bytes.length;) {
    const got = file.read(bytes.subarray(at), { at });
    if (got === 0) return bytes.subarray(0, at);
    at += got;
  }
  return bytes;
}

function writeWhole(file: FileSystemSyncAccessHandle, bytes: Uint8Array, offset: number): void {
  for (let done = 0; done < bytes.length;) {
    const written = file.write(bytes.subarray(done), { at: offset + done });
    // Firefox says so by writing nothing.
    if (written === 0) throw new DOMException('nothing more was written', 'QuotaExceededError');
    done += written;
  }
}

async function ifPresent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (cause) {
    const name = nameOf(cause);
    if (name === 'NotFoundError' || name === 'TypeMismatchError') return undefined;
    throw cause;
  }
}
