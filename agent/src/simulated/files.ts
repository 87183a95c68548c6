import type { Drive } from '@plumbline/shared/testing/world';
import type { Files } from '../ports/index.ts';
import { storeErrorOf } from './failures.ts';

export const FILES_FOLDER = 'files';

/** Files of the agent in a folder of the simulated disk. */
export function openFiles(drive: Drive): Files {
  return {
    read: (path) => attempt(drive.read(at(path))),
    write: (path, offset, bytes) => attempt(drive.write(at(path), offset, bytes.slice())),
    sync: (paths) => attempt(drive.sync(paths.map(at))),
    remove: (path) => attempt(drive.remove(at(path))),
  };
}

function at(path: string): string {
  return `${FILES_FOLDER}/${path}`;
}

function attempt<T>(work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    throw storeErrorOf(cause);
  });
}
