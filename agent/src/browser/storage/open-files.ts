import type { Files } from '../../ports/index.ts';
import { nameOf } from './failures.ts';
import { openIndexedDbFiles } from './indexed-db-files.ts';
import { createOpfsFiles, hasOpfsFiles } from './opfs-files.ts';

const PROBE = 'plumbline-probe';
/** What a browser answers that has no such thing: no `navigator.storage`, no method, no back end, a private window. */
const ABSENT = ['TypeError', 'NotSupportedError', 'SecurityError'];

export interface OpenFiles {
  files: Files;
  /** Whether an agent has left files here: they may outlive the database that knew what they are. */
  hasAny(): Promise<boolean>;
}

/** The private file system where it works in a worker, else a database. @throws StoreError */
export async function openFiles(): Promise<OpenFiles> {
  if (await hasSyncHandles()) return { files: createOpfsFiles(), hasAny: hasOpfsFiles };
  const files = await openIndexedDbFiles();
  return { files, hasAny: files.hasAny };
}

/** Tried, because some browsers have it by name only. Any other failure is of the moment, and moves no files elsewhere. */
async function hasSyncHandles(): Promise<boolean> {
  try {
    const root = await navigator.storage.getDirectory();
    const probe = await root.getFileHandle(PROBE, { create: true });
    (await probe.createSyncAccessHandle()).close();
    return true;
  } catch (cause) {
    return !ABSENT.includes(nameOf(cause));
  }
}
