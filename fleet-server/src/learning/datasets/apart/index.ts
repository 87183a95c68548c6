import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import type { Dataset } from '../dataset.ts';
import { DatasetError } from '../errors.ts';
import { lookOver, type LookedOver } from './look-over.ts';
import type { LookOverReply, LookOverRequest } from './look-over-worker.ts';
import { jsonPieces } from './pieces.ts';

/** Rows times features; below it a thread costs more than it spares. */
const SMALL_CELLS = 20_000;
/** What one text can hold: a dataset is read again as one. */
const MAX_CHARACTERS = 500_000_000;
const HEAP_MIB = 4_096;

/** A dataset as it is kept: what is known of its rows, and the rows, packed. */
export type Packed = LookedOver & { packed: Uint8Array };

/**
 * Looks a dataset over and packs its rows; a large one in a thread, and its text is made in pieces, so that whoever shares
 * this thread is answered meanwhile. @throws DatasetError `dataset_too_large`
 */
export async function packApart(dataset: Dataset): Promise<Packed> {
  if (isSmall(dataset)) return { ...lookOver(dataset), packed: gzipSync(JSON.stringify(dataset)) };
  const { packed, ...looked } = await inThread(dataset, true);
  return { ...looked, packed: packed! };
}

/** What is known of the rows of a dataset, as `packApart`. @throws DatasetError `dataset_too_large` */
export async function lookOverApart(dataset: Dataset): Promise<LookedOver> {
  return isSmall(dataset) ? lookOver(dataset) : inThread(dataset, false);
}

function isSmall({ examples, features }: Dataset): boolean {
  return examples.length * features.length <= SMALL_CELLS;
}

async function inThread(dataset: Dataset, keep: boolean): Promise<LookOverReply> {
  const worker = new Worker(new URL('./look-over-worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB },
  });
  const tell = (request: LookOverRequest): void => worker.postMessage(request, []);
  // Rejects with what ends the thread before its answer.
  const answer = once(worker, 'message') as Promise<[LookOverReply]>;
  answer.catch(() => undefined);
  try {
    let characters = 0;
    for (const piece of jsonPieces(dataset)) {
      characters += piece.length;
      if (characters > MAX_CHARACTERS) throw tooLarge(`its rows are more than ${MAX_CHARACTERS} characters of text`);
      tell(piece);
      await setImmediate();
    }
    tell({ keep });
    const [reply] = await answer;
    return reply;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    throw code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooLarge('its rows fill the memory of a thread', cause) : cause;
  } finally {
    await worker.terminate();
  }
}

function tooLarge(message: string, cause?: unknown): DatasetError {
  return new DatasetError('dataset_too_large', message, {
    kind: 'too-large',
    field: 'examples',
    expected: 'fewer rows or columns',
    ...(cause !== undefined && { cause }),
  });
}
