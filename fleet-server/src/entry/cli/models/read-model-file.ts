import { readFile } from 'node:fs/promises';
import { CodedError } from '@plumbline/shared/errors';

/** A file that a person named: a model, or what belongs to it. @throws CodedError `file_unreadable`, naming the path */
export async function readModelFile(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw new CodedError('file_unreadable', `${path}: cannot be read`, {
      field: path,
      expected: 'a readable file',
      cause,
    });
  });
}
