import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, rmdirSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Found } from '../harness/services/index.ts';

/** A file system of its own, small enough to be filled to the last byte. */
export interface SmallDisk extends Disposable {
  folder: string;
  /** Takes every byte that is left. */
  fill(): void;
  /** Gives them back. */
  free(): void;
}

const CHUNKS = [65_536, 4096, 512, 1];

/** Whether this process may mount one, or why not. */
export function findSmallDisk(): Found<true> {
  try {
    mountSmallDisk(1024 * 1024)[Symbol.dispose]();
    return { service: true };
  } catch (error) {
    const why = String(error instanceof Error ? error.message : error)
      .split('\n')
      .at(-1);
    return { service: null, reason: `no tmpfs can be mounted here, which needs CAP_SYS_ADMIN (${why})` };
  }
}

export function mountSmallDisk(sizeBytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'plumbline-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill() {
      const file = openSync(ballast, 'a');
      for (const size of CHUNKS) {
        const bytes = Buffer.alloc(size);
        try {
          for (;;) if (writeSync(file, bytes) < size) break;
        } catch (error) {
          if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
        }
      }
      closeSync(file);
    },
    free: () => rmSync(ballast, { force: true }),
    [Symbol.dispose]() {
      // Lazily, because a process that was killed a moment ago may still let go of its files.
      execFileSync('umount', ['--lazy', folder], { stdio: 'pipe' });
      rmdirSync(folder);
    },
  };
}
