import type { Schedule } from '../activity/schedule/schedule.ts';
import type { TextSource } from './csv/index.ts';
import { ScheduleError, type ScheduleLimits } from './errors.ts';
import { readMsProject } from './msproject/index.ts';
import { readXer } from './xer/index.ts';

const XER = 'ERMHDR';

/** Reads a schedule of whichever kind the file is, told by its first characters and never by its name. */
export async function readSchedule(source: TextSource, limits: Partial<ScheduleLimits> = {}): Promise<Schedule> {
  const chunks = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const head: (Uint8Array | string)[] = [];
  let start = '';
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    head.push(next.value);
    start += startOf(next.value);
    if (start.trimStart().length >= XER.length) break;
  }
  const all = (async function* () {
    yield* head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  })();
  const mark = start.trimStart();
  if (mark.startsWith(XER)) return readXer(all, limits);
  if (mark.startsWith('<')) return readMsProject(all, limits);
  throw new ScheduleError(
    'schedule_format_unknown',
    'the file is neither a Primavera XER nor a Microsoft Project XML file',
    {
      field: 'file',
      expected: 'ERMHDR or <Project … at the beginning',
    },
  );
}

/** The beginning as characters, whatever the encoding: byte order marks and the zeros of UTF-16 dropped. */
function startOf(chunk: Uint8Array | string): string {
  if (typeof chunk === 'string') return chunk.slice(0, 64).replaceAll('\uFEFF', '');
  const bytes = chunk.subarray(0, 128).filter((byte) => byte !== 0 && byte < 0x80);
  return String.fromCharCode(...bytes);
}
