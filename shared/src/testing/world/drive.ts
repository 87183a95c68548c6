import { CodedError } from '../../errors/index.ts';
import type { Chance } from './chance.ts';
import type { Disk } from './disk.ts';
import type { Life } from './life.ts';

/** One kind of call to a disk. */
export type IoKind = 'read' | 'write' | 'sync' | 'remove';

/** The power goes at one call of many: before it had an effect, or right after. */
export interface CrashPoint {
  at: number;
  when: 'before' | 'after';
}

/** What is wrong with the disk of a device at the moment, and where its power goes; outlives every process on it. */
export interface DiskFaults {
  /** Nothing more can be written; what is there can be read and removed. */
  isFull: boolean;
  /** Share of calls that fail. */
  failing: number;
  crashAt: CrashPoint | undefined;
  /** Calls so far. */
  visited: number;
  /** Calls that failed or met a full disk. */
  hit: number;
}

export class DriveError extends CodedError<'drive_full' | 'drive_failed'> {
  override readonly name = 'DriveError';
}

/** The disk as one process reaches it: calls take time, are numbered, and may meet a fault. */
export interface Drive {
  read(path: string): Promise<Uint8Array | undefined>;
  /** A full disk keeps a part of the bytes. @throws DriveError */
  write(path: string, offset: number, bytes: Uint8Array): Promise<void>;
  sync(paths: readonly string[]): Promise<void>;
  remove(path: string): Promise<void>;
  /** A call that is answered from memory: numbered like the others, and ready at once. */
  visit(path: string): Promise<void>;
}

export interface DriveOptions {
  disk: Disk;
  life: Life;
  faults: DiskFaults;
  chance: Chance;
  /** Takes the power from the device. */
  powerCut: () => void;
  onCall?: (kind: IoKind, path: string) => void;
}

const MAX_LATENCY_MS: Record<IoKind, number> = { read: 2, write: 2, sync: 12, remove: 2 };

export function createDiskFaults(): DiskFaults {
  return { isFull: false, failing: 0, crashAt: undefined, visited: 0, hit: 0 };
}

export function createDrive({ disk, life, faults, chance, powerCut, onCall }: DriveOptions): Drive {
  /** The number of this call, and whether the power goes at it. */
  const visited = (kind: IoKind, path: string): CrashPoint['when'] | undefined => {
    faults.visited += 1;
    onCall?.(kind, path);
    return faults.crashAt?.at === faults.visited ? faults.crashAt.when : undefined;
  };

  const call = async <T>(kind: IoKind, path: string, effect: () => T, failed?: () => void): Promise<T> => {
    if (!life.isAlive()) return life.never();
    const crash = visited(kind, path);
    if (crash === 'before') {
      powerCut();
      return life.never();
    }
    await life.wait(chance.integer(0, MAX_LATENCY_MS[kind]));
    if (kind === 'write' && faults.isFull) {
      faults.hit += 1;
      failed?.();
      throw new DriveError('drive_full', `${path}: no space left`, { kind: 'unavailable', field: path });
    }
    if (kind !== 'remove' && chance.happens(faults.failing)) {
      faults.hit += 1;
      failed?.();
      throw new DriveError('drive_failed', `${path}: ${kind} failed`, { kind: 'unavailable', field: path });
    }
    const result = effect();
    if (crash === 'after') {
      powerCut();
      return life.never();
    }
    return result;
  };

  return {
    read: (path) => call('read', path, () => disk.read(path)),
    write: (path, offset, bytes) =>
      call(
        'write',
        path,
        () => disk.write(path, offset, bytes),
        () => disk.write(path, offset, bytes.subarray(0, chance.integer(0, bytes.length))),
      ),
    sync: (paths) =>
      call('sync', paths.join(' '), () => {
        for (const path of paths) disk.sync(path);
      }),
    remove: (path) => call('remove', path, () => disk.remove(path)),
    async visit(path) {
      if (!life.isAlive()) return life.never();
      if (visited('read', path) === undefined) return;
      powerCut();
      return life.never();
    },
  };
}
