import { z } from 'zod';
import type { Change, Store } from '../../index.ts';
import { readOne, stored } from '../../store/json.ts';
import { sourceFileKey } from '../../store/keys.ts';

const fileMark = z.strictObject({
  /** Of the file as it was taken. */
  sha256: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  /** ms; the `asOf` of records that name none. */
  takenAt: z.number().int(),
  /** Telemetry of everything up to this row is kept. */
  row: z.number().int().nonnegative(),
  /** All is answered, and the files are being put where they belong. */
  finished: z.enum(['done', 'failed']).optional(),
});

/** How far a file has been answered: written in one commit with the telemetry rows it speaks of. */
export type FileMark = z.infer<typeof fileMark>;

export interface FileMarks {
  read(name: string): Promise<FileMark | undefined>;
  /** The change that makes this the mark, for a commit of its own or of somebody else. */
  put(name: string, mark: FileMark): Change;
  commit(...changes: Change[]): Promise<void>;
  remove(name: string): Promise<void>;
}

export function createFileMarks(store: Pick<Store, 'get' | 'scan' | 'commit' | 'close'>): FileMarks {
  return {
    read: (name) => readOne(store, sourceFileKey(name), fileMark),
    put: (name, mark) => ({ put: sourceFileKey(name), value: stored(mark) }),
    commit: (...changes) => store.commit(changes),
    remove: (name) => store.commit([{ remove: sourceFileKey(name) }]),
  };
}
