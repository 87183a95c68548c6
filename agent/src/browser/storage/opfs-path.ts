import { StoreError } from '../../ports/index.ts';

/** Characters that no file of the agent carries, and that some file system reads as more than a name. */
const UNSAFE = /[\\:\p{Cc}]/u;

export interface OpfsPath {
  folders: string[];
  name: string;
}

/** @throws StoreError `store_malformed` for any path that could lead elsewhere: absolute, dots, empty names */
export function opfsPath(path: string): OpfsPath {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || UNSAFE.test(part))) {
    throw new StoreError('store_malformed', `path ${JSON.stringify(path)} leads out of the folder`, {
      field: 'path',
      expected: 'a relative path of plain names, such as slots/delay/A/model.onnx',
    });
  }
  return { folders: parts.slice(0, -1), name: parts.at(-1) ?? '' };
}
