import { open } from 'node:fs/promises';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { isCodedError, messageOf } from '@plumbline/shared/errors';
import { chooseColumns, type FlatColumn } from './columns.ts';
import { malformed, tooLarge } from './errors.ts';
import type { ParquetLimits } from './limits.ts';
import { readFooter, type Slices } from './read-footer.ts';
import { readGroups, type ParquetCell } from './read-groups.ts';

export interface ParquetSource {
  /** A path, or the bytes themselves. */
  source: string | Uint8Array;
  limits: ParquetLimits;
}

/** First which columns are read, then one piece of rows at a time: the thread is never ahead of who asks. */
export type ParquetRequest = { columns: string[] } | 'more';

/** `alive` for each column of a group that was decoded; everything else answers one request, the schema none. */
export type ParquetReply =
  | { schema: { columns: Pick<FlatColumn, 'name' | 'isBoolean'>[]; ignored: Record<string, string>; rows: number } }
  | { alive: true }
  /** Column by column. */
  | { cells: ParquetCell[][] }
  | { end: true }
  | { failure: { message: string; code?: string; kind?: string; field?: string; expected?: string } };

/** Of one piece. */
const MAX_CELLS = 50_000;
const MAX_CHARACTERS = 4 * 1024 * 1024;

const { source, limits } = workerData as ParquetSource;
const port = parentPort as MessagePort;
const reply = (message: ParquetReply): void => port.postMessage(message, []);

try {
  const { slices, close } = typeof source === 'string' ? await fromFile(source) : fromBytes(source);
  try {
    await serve(slices);
  } finally {
    await close();
  }
} catch (error) {
  const message = messageOf(error);
  if (!isCodedError(error)) reply({ failure: { message } });
  else {
    const { code, kind, field, expected } = error;
    reply({ failure: { message, code, kind, ...(field && { field }), ...(expected && { expected }) } });
  }
}
port.close();

async function serve(file: Slices): Promise<void> {
  const metadata = await readFooter(file, limits);
  const { columns, ignored } = chooseColumns(metadata);
  if (columns.length > limits.columns) throw tooLarge('columns', columns.length, limits.columns);
  const told = columns.map(({ name, isBoolean }) => ({ name, isBoolean }));
  const asked = nextRequest();
  reply({ schema: { columns: told, ignored, rows: Number(metadata.num_rows) } });
  const first = await asked;
  const wanted = new Set(first === 'more' ? columns.map(({ name }) => name) : first.columns);
  const chosen = columns.filter(({ name }) => wanted.has(name));
  if (chosen.length === 0) throw malformed('columns', 'no column of the file is asked for', 'columns of the file');
  const groups = readGroups(file, metadata, chosen, limits, () => reply({ alive: true }));
  for await (const group of groups) {
    for (const cells of piecesOf(group)) {
      const next = nextRequest();
      reply({ cells });
      await next;
    }
  }
  reply({ end: true });
}

function nextRequest(): Promise<ParquetRequest> {
  return new Promise((resolve) => {
    port.once('message', resolve);
  });
}

function* piecesOf(group: readonly ParquetCell[][]): Generator<ParquetCell[][]> {
  const rows = group[0]!.length;
  const most = Math.max(1, Math.floor(MAX_CELLS / group.length));
  for (let from = 0; from < rows;) {
    let to = from;
    for (let characters = 0; to < rows && to - from < most && characters < MAX_CHARACTERS; to++) {
      for (const column of group) characters += column[to]?.length ?? 0;
    }
    const [first, last] = [from, to];
    yield group.map((column) => column.slice(first, last));
    from = to;
  }
}

async function fromFile(path: string): Promise<{ slices: Slices; close: () => Promise<void> }> {
  const file = await open(path);
  const { size } = await file.stat();
  const slices = {
    byteLength: size,
    async slice(start: number, end = size) {
      const bytes = new ArrayBuffer(Math.max(0, end - start));
      await file.read(new Uint8Array(bytes), 0, bytes.byteLength, start);
      return bytes;
    },
  };
  return { slices, close: () => file.close() };
}

function fromBytes(bytes: Uint8Array): { slices: Slices; close: () => Promise<void> } {
  const slices = {
    byteLength: bytes.byteLength,
    slice: (start: number, end?: number) => Promise.resolve(bytes.slice(start, end).buffer as ArrayBuffer),
  };
  return { slices, close: () => Promise.resolve() };
}
