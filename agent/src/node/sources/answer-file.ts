import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { isCodedError } from '@plumbline/shared/errors';
import { sleep } from '@plumbline/shared/ports';
import type { Agent, Clock } from '../../index.ts';
import { answerErrorOf, answerRecords, inBatches, type AnswerError } from '../../sources/answer-records.ts';
import type { Asked } from '../../sources/input-record.ts';
import { readNdjson, readTable } from '../../sources/read-records.ts';
import { splitLines } from '../../sources/split-lines.ts';
import { NodeAgentError } from '../errors.ts';
import { exists, moveDurably, type DropPlaces } from './drop-places.ts';
import type { FileMark, FileMarks } from './file-marks.ts';
import { openPartFile, type PartFile } from './part-file.ts';

export interface AnswerFileDeps {
  agent: Pick<Agent, 'predict' | 'columns' | 'flush'>;
  clock: Clock;
  places: DropPlaces;
  marks: FileMarks;
  /** Model line and reasons a record. */
  ask: { line?: string; top?: number };
}

const BATCH_RECORDS = 256;
/** Rows that may wait in memory to become durable. */
const WINDOW_ROWS = 4096;
const LOOK_AGAIN_MS = 20;
/** A reference is at most 256 characters. */
const NAME_IN_REF = 200;

/**
 * Answers one taken file from where an earlier life stopped, and puts everything where it belongs. Each row has one
 * answer and one telemetry row, whenever the process is killed: mark and telemetry stand in one commit, answers beyond
 * the mark are given again, and those before it without telemetry.
 * @returns false when the signal ended it first
 * @throws what concerns the whole file and may pass, such as `no_model`; it goes on later
 */
export async function answerFile(deps: AnswerFileDeps, name: string, signal: AbortSignal): Promise<boolean> {
  const { places, marks } = deps;
  let mark = (await marks.read(name)) ?? (await begin(deps, name));
  if (mark.finished === undefined) {
    await using part = await openPartFile(places.part(name), mark.row);
    const fatal = await answerRows(deps, name, mark, part, signal);
    if (signal.aborted) return false;
    await part.sync();
    if (part.bad > 0 || fatal !== undefined) await writeErrors(places, name, fatal);
    mark = { ...mark, finished: fatal !== undefined || (part.good === 0 && part.bad > 0) ? 'failed' : 'done' };
    await marks.commit(marks.put(name, mark));
  }
  for (const [from, to] of [
    [places.part(name), places.result(name)],
    [places.errorsPart(name), places.errors(name)],
    [places.input(name), places.archive(name, mark.finished ?? 'done')],
  ] as const) {
    if (await exists(from)) await moveDurably(from, to);
  }
  await marks.remove(name);
  return true;
}

async function begin({ places, marks, clock }: AnswerFileDeps, name: string): Promise<FileMark> {
  const mark = { ...(await fingerprintOf(places.input(name))), takenAt: clock.now(), row: 0 };
  await marks.commit(marks.put(name, mark));
  return mark;
}

/** @returns what keeps the rest from being read */
async function answerRows(
  deps: AnswerFileDeps,
  name: string,
  mark: FileMark,
  part: PartFile,
  signal: AbortSignal,
): Promise<AnswerError | undefined> {
  const { agent, marks, places } = deps;
  const { sha256, sizeBytes, takenAt } = mark;
  let promised = mark.row;
  let sinceDurable = 0;
  const ask = {
    ...deps.ask,
    mark: (row: number) => [marks.put(name, { ...mark, row })],
    answered: (row: number) => {
      promised = row;
    },
  };
  const refOf = (row: number) => `${name.slice(0, NAME_IN_REF).toWellFormed()}@${sha256.slice(0, 8)}:${row}`;
  const read = /\.csv$/i.test(name) ? readTable : readNdjson;
  const before = part.row;
  try {
    if (before > 0 || mark.row > 0) await checkUnchanged(places.input(name), mark);
    const rows = read(bytesOf(places.input(name), sizeBytes), { asOf: takenAt, columns: agent.columns(ask.line) });
    for await (const batch of inBatches(rows, BATCH_RECORDS)) {
      if (signal.aborted) break;
      const left = batch.filter(({ row }) => row > before).map((one): Asked => ({ ref: refOf(one.row), ...one }));
      const [known, fresh] = [left.filter(({ row }) => row <= mark.row), left.filter(({ row }) => row > mark.row)];
      await part.append(await answerRecords(agent, known, { ...deps.ask, again: true }));
      await part.append(await answerRecords(agent, fresh, ask));
      sinceDurable += fresh.length;
      if (sinceDurable < WINDOW_ROWS) continue;
      await durable(deps, name, promised, signal);
      sinceDurable = 0;
    }
    if (!signal.aborted) await checkSize(places.input(name), sizeBytes);
  } catch (error) {
    // Of what was promised nothing may be asked again before it is known to be kept.
    await durable(deps, name, promised, signal);
    if (isCodedError(error) && (error.code.startsWith('csv_') || error.code === 'file_changed')) {
      return answerErrorOf(error);
    }
    throw error;
  }
  await durable(deps, name, promised, signal);
  return undefined;
}

/** Waits until the mark of this row is on disk; a full disk makes it wait for space. */
async function durable({ agent, marks, clock }: AnswerFileDeps, name: string, row: number, signal: AbortSignal) {
  agent.flush().catch(() => undefined);
  while (!signal.aborted && ((await marks.read(name))?.row ?? 0) < row) await sleep(clock, LOOK_AGAIN_MS, signal);
}

async function* bytesOf(path: string, sizeBytes: number): AsyncGenerator<Uint8Array> {
  if (sizeBytes > 0) yield* createReadStream(path, { end: sizeBytes - 1 }) as AsyncIterable<Uint8Array>;
}

async function fingerprintOf(path: string): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}

async function checkUnchanged(path: string, { sha256 }: FileMark): Promise<void> {
  if ((await fingerprintOf(path)).sha256 !== sha256) throw changed();
}

async function checkSize(path: string, sizeBytes: number): Promise<void> {
  if ((await stat(path)).size !== sizeBytes) throw changed();
}

function changed(): NodeAgentError {
  const expected = 'a file that nobody writes any more: rename it into the folder when it is whole';
  return new NodeAgentError('file_changed', 'the file was written on after it was taken', { field: 'file', expected });
}

/** The bad rows once more, by themselves, and what ended the reading. */
async function writeErrors(places: DropPlaces, name: string, fatal: AnswerError | undefined): Promise<void> {
  await using file = await open(places.errorsPart(name), 'w');
  for await (const { bytes } of splitLines(createReadStream(places.part(name)), Number.MAX_SAFE_INTEGER)) {
    const answer = JSON.parse(new TextDecoder().decode(bytes)) as { row: number; error?: AnswerError };
    if (answer.error !== undefined) await file.write(`${JSON.stringify({ line: answer.row, ...answer.error })}\n`);
  }
  if (fatal !== undefined) await file.write(`${JSON.stringify(fatal)}\n`);
  await file.sync();
}
