import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '@plumbline/shared/errors';
import { MAX_FILE_BYTES, type SourceFile } from '../../../delivery/declared/files/read-files.ts';

export class FolderError extends CodedError<'files_unreadable' | 'files_missing'> {
  override readonly name = 'FolderError';
}

const IS_DOCUMENT = /\.(ya?ml|json)$/;
const MAX_FILES = 1000;

/**
 * A file, or the YAML and JSON files of a folder and those below it, by name; nothing that begins with a dot.
 * @throws FolderError `files_unreadable`, `files_missing`
 */
export async function readFolder(path: string): Promise<SourceFile[]> {
  const names = await namesIn(path);
  if (names.length === 0 || names.length > MAX_FILES) {
    throw new FolderError('files_missing', `${path} holds ${names.length} files with documents`, {
      field: 'file',
      expected: `1–${MAX_FILES} files that end in .yaml, .yml or .json`,
    });
  }
  const files: SourceFile[] = [];
  for (const name of names) files.push({ name, bytes: await readOne(name) });
  return files;
}

async function namesIn(path: string): Promise<string[]> {
  const found = await stat(path).catch((cause: unknown) => refuse(path, cause));
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => refuse(path, cause));
  const names: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const inner = join(path, entry.name);
    if (entry.isDirectory()) names.push(...(await namesIn(inner)));
    else if (IS_DOCUMENT.test(entry.name)) names.push(inner);
  }
  return names;
}

/** One byte more than is taken tells that a file is too large, and is all that is read of it. */
async function readOne(path: string): Promise<Uint8Array> {
  const { size } = await stat(path).catch((cause: unknown) => refuse(path, cause));
  if (size > MAX_FILE_BYTES) return new Uint8Array(size > 0 ? MAX_FILE_BYTES + 1 : 0);
  return readFile(path).catch((cause: unknown) => refuse(path, cause));
}

function refuse(path: string, cause: unknown): never {
  throw new FolderError('files_unreadable', `${path} cannot be read: ${String(cause)}`, {
    field: 'file',
    expected: 'a file or folder this user may read',
    cause,
  });
}
