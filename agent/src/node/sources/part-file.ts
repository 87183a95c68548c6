import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { splitLines } from '../../sources/split-lines.ts';

/** Answers of a file, a line of JSON each, until all of them are there. */
export interface PartFile extends AsyncDisposable {
  /** The last row whose answer is kept from before. */
  row: number;
  good: number;
  bad: number;
  append(answers: readonly { row: number }[]): Promise<void>;
  sync(): Promise<void>;
}

const answerLine = z.looseObject({ row: z.number().int(), error: z.unknown().optional() });

/**
 * Opens what an earlier life left, cut after the last whole line up to `upTo`: answers beyond it were given without
 * their telemetry, and are given again.
 */
export async function openPartFile(path: string, upTo: number): Promise<PartFile> {
  const file = await open(path, 'a+');
  try {
    const { size } = await file.stat();
    const kept = { bytes: 0, row: 0, good: 0, bad: 0 };
    if (size > 0) {
      for await (const { row, isBad, end } of linesOf(path)) {
        if (row > upTo || end > size) break;
        kept.bytes = end;
        kept.row = row;
        kept[isBad ? 'bad' : 'good'] += 1;
      }
    }
    await file.truncate(kept.bytes);
    return partFile(file, kept);
  } catch (error) {
    await file.close();
    throw error;
  }
}

function partFile(file: FileHandle, kept: { row: number; good: number; bad: number }): PartFile {
  const part: PartFile = {
    ...kept,
    async append(answers) {
      if (answers.length === 0) return;
      await file.appendFile(answers.map((one) => `${JSON.stringify(one)}\n`).join(''));
      for (const one of answers) part['error' in one ? 'bad' : 'good'] += 1;
    },
    sync: () => file.sync(),
    [Symbol.asyncDispose]: () => file.close(),
  };
  return part;
}

/** Lines until the first that is not one of ours: a torn end. */
async function* linesOf(path: string): AsyncGenerator<{ row: number; isBad: boolean; end: number }> {
  let end = 0;
  for await (const { bytes } of splitLines(createReadStream(path), Number.MAX_SAFE_INTEGER)) {
    end += (bytes?.length ?? 0) + 1;
    const parsed = answerLine.safeParse(jsonOf(bytes));
    if (!parsed.success) return;
    yield { row: parsed.data.row, isBad: parsed.data.error !== undefined, end };
  }
}

function jsonOf(bytes: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
