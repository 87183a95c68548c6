import { mkdir, open, readFile, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { messageOf } from '@plumbline/shared/errors';
import { TrainingError } from '../errors.ts';
import type { JournalEntry, TrialJournal } from './journal.ts';

const entry = z.object({ key: z.string(), job: z.string(), answer: z.unknown() });

/**
 * A journal in a file: one JSON line a finished job, on the disk before the search goes on. A last line that was torn
 * by the end of its process is cut off when the journal is read.
 * Throws `journal_unreadable` naming the file.
 */
export function openJournalFile(path: string): TrialJournal {
  let last: Promise<unknown> = Promise.resolve();
  return {
    async read() {
      const text = await readFile(path).catch((error: unknown) => absentAsEmpty(error, path));
      const { entries, sizeBytes } = completeLines(text);
      if (sizeBytes < text.length) await truncate(path, sizeBytes).catch((error: unknown) => unreadable(error, path));
      return entries;
    },
    append(written) {
      const done = last.then(async () => {
        try {
          await mkdir(dirname(path), { recursive: true });
          const file = await open(path, 'a');
          try {
            await file.writeFile(`${JSON.stringify(written)}\n`);
            await file.datasync();
          } finally {
            await file.close();
          }
        } catch (error) {
          unreadable(error, path);
        }
      });
      last = done.catch(() => undefined);
      return done;
    },
  };
}

/** Entries up to the first line that is not whole, and the bytes they take. */
function completeLines(bytes: Buffer): { entries: JournalEntry[]; sizeBytes: number } {
  const entries: JournalEntry[] = [];
  let sizeBytes = 0;
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, sizeBytes)) {
    const read = parseLine(bytes.subarray(sizeBytes, end).toString('utf8'));
    if (read === undefined) break;
    entries.push(read);
    sizeBytes = end + 1;
  }
  return { entries, sizeBytes };
}

function parseLine(line: string): JournalEntry | undefined {
  try {
    return entry.parse(JSON.parse(line)) as JournalEntry;
  } catch {
    return undefined;
  }
}

function absentAsEmpty(error: unknown, path: string): Buffer {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return Buffer.alloc(0);
  return unreadable(error, path);
}

function unreadable(cause: unknown, path: string): never {
  throw new TrainingError('journal_unreadable', `${path}: ${messageOf(cause)}`, {
    kind: 'unavailable',
    field: 'journal',
    expected: 'a file that can be read and written',
    cause,
  });
}
