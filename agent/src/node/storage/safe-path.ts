import { realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { StoreError } from '../../ports/index.ts';

/** Characters that no file of the agent carries, and that some file system reads as more than a name. */
const UNSAFE = /[\\:\p{Cc}]/u;

/**
 * Place of a relative path below `root`, which must be a real path.
 * @throws StoreError `store_malformed` for any path that could lead elsewhere: absolute, dots, a link out of the root.
 */
export async function safePath(root: string, path: string): Promise<string> {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || UNSAFE.test(part))) throw outside(path);
  const full = join(root, ...parts);
  const real = await realpath(await nearestExisting(dirname(full)));
  if (real !== root && !real.startsWith(root + sep)) throw outside(path);
  return full;
}

/** The folder itself, or the first one above it that exists. */
export async function nearestExisting(folder: string): Promise<string> {
  try {
    await realpath(folder);
    return folder;
  } catch {
    return nearestExisting(dirname(folder));
  }
}

function outside(path: string): StoreError {
  return new StoreError('store_malformed', `path ${JSON.stringify(path)} leads out of the folder`, {
    field: 'path',
    expected: 'a relative path of plain names, such as slots/delay/A/model.onnx',
  });
}
