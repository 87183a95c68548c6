import { Worker } from 'node:worker_threads';
import { malformed, ParquetError, tooLarge, type ParquetErrorCode } from './errors.ts';
import { STREAMED_PARQUET_LIMITS, type ParquetLimits } from './limits.ts';
import type { ParquetReply, ParquetRequest, ParquetSource } from './parquet-worker.ts';
import type { ParquetCell } from './read-groups.ts';

export interface OpenParquet {
  columns: { name: string; isBoolean: boolean }[];
  /** Columns that no table can hold, and why. */
  ignored: Record<string, string>;
  rowCount: number;
  /** Rows with a cell for each of `names`, in their order of the file; once. The thread waits for who reads them. */
  rows(names: readonly string[]): AsyncGenerator<ParquetCell[]>;
  /** Ends the thread; whoever opens must close, whether or not rows were read. */
  close(): Promise<void>;
}

/**
 * Opens a file, or its bytes, in a thread of its own: bytes that somebody made can send a decoder in circles or fill its
 * memory, and a thread can be ended. @throws ParquetError, also from `rows`
 */
export async function openParquet(
  source: string | Uint8Array,
  limits: Partial<ParquetLimits> = {},
): Promise<OpenParquet> {
  const thread = startThread({ source, limits: { ...STREAMED_PARQUET_LIMITS, ...limits } });
  try {
    const reply = await thread.answer();
    if (!('schema' in reply)) throw malformed('footer', 'the file says nothing of its columns', 'a schema');
    const { columns, ignored, rows: rowCount } = reply.schema;
    return { columns, ignored, rowCount, rows: (names) => rowsOf(thread, names), close: thread.close };
  } catch (error) {
    await thread.close();
    throw error;
  }
}

async function* rowsOf(thread: Thread, names: readonly string[]): AsyncGenerator<ParquetCell[]> {
  try {
    let reply = await thread.answer({ columns: [...names] });
    while ('cells' in reply) {
      const { cells } = reply;
      for (let row = 0; row < (cells[0]?.length ?? 0); row++) yield cells.map((column) => column[row] ?? null);
      reply = await thread.answer('more');
    }
  } finally {
    await thread.close();
  }
}

interface Thread {
  /** What it says next; `request` is sent before. The time it may take counts only while somebody waits. */
  answer(request?: ParquetRequest): Promise<Answer>;
  close(): Promise<void>;
}

type Answer = Exclude<ParquetReply, { alive: true } | { failure: unknown }>;

function startThread(order: ParquetSource): Thread {
  const { stallMs, heapMib } = order.limits;
  const worker = new Worker(new URL('./parquet-worker.ts', import.meta.url), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: heapMib },
  });
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  let lost: Error | undefined;
  let stall: NodeJS.Timeout | undefined;
  const settle = (outcome: Answer | Error): void => {
    clearTimeout(stall);
    if (outcome instanceof Error) lost ??= outcome;
    const one = waiting;
    waiting = undefined;
    if (outcome instanceof Error) one?.reject(outcome);
    else one?.resolve(outcome);
  };
  const wait = (): void => {
    clearTimeout(stall);
    stall = setTimeout(() => {
      settle(malformed('pages', 'decoding does not come to an end', 'pages of the Parquet format'));
      void worker.terminate();
    }, stallMs);
  };
  worker.on('message', (reply: ParquetReply) => {
    if ('alive' in reply) wait();
    else settle('failure' in reply ? errorOf(reply.failure) : reply);
  });
  worker.on('error', (cause) => settle(lostFor(cause, heapMib)));
  worker.on('exit', (code) => settle(lostFor(`the thread ended with code ${code}`, heapMib)));
  return {
    answer: (request) =>
      new Promise((resolve, reject) => {
        if (lost !== undefined) return reject(lost);
        waiting = { resolve, reject };
        wait();
        if (request !== undefined) worker.postMessage(request, []);
      }),
    async close() {
      clearTimeout(stall);
      await worker.terminate();
    },
  };
}

function lostFor(cause: unknown, heapMib: number): ParquetError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return tooLarge('text for the memory of its reader', heapMib, heapMib);
  return malformed('pages', 'the file cannot be decoded', 'pages of the Parquet format', cause);
}

function errorOf({ message, code, kind, ...more }: Extract<ParquetReply, { failure: unknown }>['failure']): Error {
  if (code === undefined) return malformed('pages', message, 'pages of the Parquet format');
  return new ParquetError(code as ParquetErrorCode, message, {
    ...more,
    ...(kind === 'too-large' ? { kind } : {}),
  });
}
