import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '@plumbline/shared/errors';
import { ScoringError } from '../errors.ts';

/** A file that is there whole or not at all. */
export interface WholeFile {
  write(text: string): Promise<void>;
  /** Durable under its own name from now on. */
  commit(): Promise<void>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

/** Written beside its place under a temporary name, and renamed by `commit`. @throws ScoringError `result_unwritable` */
export async function createWholeFile(path: string): Promise<WholeFile> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  const failed = (cause: unknown): never => {
    throw new ScoringError('result_unwritable', `${path}: ${messageOf(cause)}`, {
      kind: 'unavailable',
      field: 'out',
      expected: 'a place where a file can be written',
      cause,
    });
  };
  const file = await open(temporary, 'wx').catch(failed);
  const discard = async () => {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
  };
  return {
    async write(text) {
      await file.appendFile(text).catch(failed);
    },
    async commit() {
      try {
        await file.sync();
        await file.close();
        await rename(temporary, path);
      } catch (cause) {
        await discard();
        failed(cause);
      }
    },
    discard,
  };
}
