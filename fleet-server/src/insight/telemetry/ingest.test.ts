import { emptyWindow } from '@plumbline/shared/drift';
import type { Row, TelemetryAck, TelemetryBatch } from '@plumbline/shared/wire';
import { createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { array, assert, asyncProperty, integer, record } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, rejectedRows, type Database } from '../../platform/db/index.ts';
import { pageOf } from '../../sites/activities/index.ts';
import {
  countTelemetry,
  createIngest,
  exportPage,
  listPredictions,
  listStreams,
  listWindows,
  type Ingest,
} from './index.ts';

const clock = createVirtualClock();
const STREAM = 'stream-one';
let database: Database;
let ingest: Ingest;

beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  ingest = createIngest({ database, now: clock.now });
});
afterEach(async () => {
  await ingest.close();
  await database.close();
});

const prediction = (seq: number): Row => ({
  kind: 'prediction',
  at: seq,
  activity: `A-${seq}`,
  line: 'delay',
  version: '1.0.0',
  sha256: 'ab',
  asOf: seq,
  score: 0.5,
});
const gap = (from: number, to: number): Row => ({
  kind: 'gap',
  at: 1,
  from,
  to,
  count: to - from + 1,
  reason: 'over_budget',
  firstAt: 0,
  lastAt: 1,
});
const rows = (from: number, to: number): [number, unknown][] =>
  Array.from({ length: to - from + 1 }, (_, i) => [from + i, prediction(from + i)]);
const take = (all: [number, unknown][], changed: Partial<TelemetryBatch> = {}, device = 'gw-1') =>
  ingest.take({ site: 'north', device, batch: { stream: STREAM, class: 'predictions', rows: all, ...changed } });
const stored = async () => (await exportPage(database.db, { stream: '', seq: 0 }, 100_000)).map(({ seq }) => seq);
const ack = (upTo: number, rejected: TelemetryAck['rejected'] = []) => ({ stream: STREAM, upTo, rejected });

describe('a stream', () => {
  it('is acknowledged up to what is committed', async () => {
    expect(await take(rows(1, 3))).toEqual(ack(3));
    expect(await stored()).toEqual([1, 2, 3]);
  });

  it('takes nothing twice, and tells how far it is', async () => {
    await take(rows(1, 3));
    expect(await take(rows(1, 3))).toEqual(ack(3));
    expect(await take(rows(2, 5))).toEqual(ack(5));
    expect(await stored()).toEqual([1, 2, 3, 4, 5]);
  });

  it('waits for the row before: what came too early is taken when it comes again', async () => {
    expect(await take(rows(3, 4))).toEqual(ack(0));
    expect(await stored()).toEqual([]);
    expect(await take(rows(1, 2))).toEqual(ack(2));
    expect(await take(rows(3, 4))).toEqual(ack(4));
    expect(await take([...rows(5, 5), ...rows(7, 7)])).toEqual(ack(5));
  });

  it('holds every row exactly once, whatever is doubled, reordered, cut or sent at the same time', async () => {
    const LAST = 40;
    const cut = record({ from: integer({ min: 1, max: LAST }), length: integer({ min: 1, max: 15 }) });
    let run = 0;
    await assert(
      asyncProperty(array(cut, { maxLength: 25 }), integer(), async (cuts, seed) => {
        const stream = `stream-${(run += 1)}`;
        const shuffled = disturbed(cuts, seed);
        const send = ({ from, length }: (typeof cuts)[number]) =>
          take(rows(from, Math.min(LAST, from + length - 1)), { stream });
        for (let i = 0; i < shuffled.length; i += 3) await Promise.all(shuffled.slice(i, i + 3).map(send));
        // The network heals: the device sends from its mark until all is acknowledged.
        let upTo = (await send({ from: 1, length: 1 })).upTo;
        while (upTo < LAST) ({ upTo } = await send({ from: upTo + 1, length: 7 }));
        const kept = (await exportPage(database.db, { stream, seq: 0 }, LAST + 1)).filter(
          (row) => row.stream === stream,
        );
        expect(kept.map((row) => row.seq)).toEqual(rows(1, LAST).map(([seq]) => seq));
        const [mark] = (await listStreams(database.db)).filter(({ id }) => id === stream);
        expect(mark).toMatchObject({ highWater: LAST, rows: LAST, rejected: 0, gapped: 0 });
      }),
      { numRuns: 40 },
    );
  });

  it('belongs to one device', async () => {
    await take(rows(1, 2));
    await expect(take(rows(3, 4), {}, 'gw-2')).rejects.toMatchObject({ code: 'stream_foreign', kind: 'forbidden' });
    expect(await stored()).toEqual([1, 2]);
  });

  it('keeps its class', async () => {
    await take(rows(1, 2));
    await expect(take(rows(3, 4), { class: 'entries' })).rejects.toMatchObject({
      code: 'stream_class_changed',
      expected: 'predictions',
    });
  });
});

describe('a bad row', () => {
  it.each<[string, unknown, string]>([
    ['nothing', null, ''],
    ['an unknown kind', { kind: 'wish' }, 'kind'],
    ['a score that is no number', { ...prediction(2), score: 'high' }, 'score'],
    ['a big integer', { ...prediction(2), at: 2n ** 60n }, 'at'],
    ['a gap that stands elsewhere than at its end', { ...gap(2, 2), to: 3 }, 'to'],
    ['a gap that ends before it begins', { ...gap(2, 2), from: 3 }, 'to'],
  ])('costs one row: %s', async (_, bad, field) => {
    const expected = ack(3, [{ seq: 2, code: 'row_malformed' }]);
    expect(await take([...rows(1, 1), [2, bad], ...rows(3, 3)])).toEqual(expected);
    expect(await stored()).toEqual([1, 3]);
    expect(await database.db.select().from(rejectedRows)).toMatchObject([{ seq: 2, device: 'gw-1', field }]);
    expect(await countTelemetry(database.db)).toMatchObject({ rows: 2, rejected: 1 });
  });

  it('is rejected once, even when it comes again', async () => {
    await take([[1, 'bad']]);
    expect(await take([[1, 'bad'], ...rows(2, 2)])).toEqual(ack(2));
    expect(await countTelemetry(database.db)).toMatchObject({ rows: 1, rejected: 1 });
  });
});

describe('a gap record', () => {
  it('stands at the end of what was dropped, moves the mark past it and is counted', async () => {
    expect(await take([...rows(1, 1), [900, gap(2, 900)], ...rows(901, 901)])).toEqual(ack(901));
    expect(await stored()).toEqual([1, 900, 901]);
    expect(await countTelemetry(database.db)).toMatchObject({
      rows: 3,
      gapped: 899,
      byKind: { prediction: 2, gap: 1 },
    });
  });

  it('cannot undo rows that were committed', async () => {
    await take(rows(1, 5));
    expect(await take([[4, gap(3, 4)]])).toEqual(ack(5));
    expect(await countTelemetry(database.db)).toMatchObject({ rows: 5, gapped: 0 });
  });

  it('that begins among committed rows, their acknowledgement lost, counts only what is missing', async () => {
    await take(rows(1, 5));
    expect(await take([[9, gap(3, 9)]])).toEqual(ack(9));
    expect(await countTelemetry(database.db)).toMatchObject({ rows: 6, gapped: 4 });
  });

  it('waits for the row before what it speaks for', async () => {
    expect(await take([[9, gap(3, 9)]])).toEqual(ack(0));
    await take(rows(1, 2));
    expect(await take([[9, gap(3, 9)]])).toEqual(ack(9));
  });
});

describe('a group of batches', () => {
  it('loses only the batch that cannot be taken', async () => {
    await take(rows(1, 1), { stream: 'foreign-stream' }, 'gw-2');
    const results = await Promise.allSettled([
      take(rows(1, 2)),
      take(rows(2, 3), { stream: 'foreign-stream' }),
      take(rows(1, 2), { stream: 'stream-two' }),
      take(rows(3, 4)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect((await listStreams(database.db, 'gw-1')).map(({ id, highWater }) => [id, highWater])).toEqual([
      [STREAM, 4],
      ['stream-two', 2],
    ]);
  });

  it('is committed before the server closes, and none is taken afterwards', async () => {
    const waiting = take(rows(1, 2));
    await ingest.close();
    expect(await waiting).toEqual(ack(2));
    await expect(take(rows(3, 4))).rejects.toMatchObject({ code: 'ingest_closed', kind: 'unavailable' });
  });
});

describe('an entry that a person made', () => {
  it('reaches the log of its site in the same commit, once', async () => {
    const entry = {
      id: 'entry-01',
      activity: 'A-1',
      base: null,
      actor: 'ana',
      at: 1,
      field: 'outcome' as const,
      value: { label: 1 as const, observedAt: 1 },
    };
    const row: Row = { kind: 'entry', at: 1, entry };
    await take(
      [
        [1, row],
        [2, row],
      ],
      { class: 'entries' },
    );
    expect((await pageOf(database.db, 'north', 0, 10)).entries).toEqual([entry]);
  });
});

describe('what was kept', () => {
  it('is exported page by page over all streams, also while more arrives', async () => {
    await take(rows(1, 3));
    await take(rows(1, 2), { stream: 'stream-two' });
    const pages: [string, number][][] = [];
    let after = { stream: '', seq: 0 };
    for (;;) {
      const page = await exportPage(database.db, after, 2);
      const last = page.at(-1);
      if (last === undefined) break;
      pages.push(page.map(({ stream, seq }) => [stream, seq]));
      after = last;
      if (pages.length === 1) await take(rows(4, 4));
    }
    expect(pages).toEqual([
      [
        [STREAM, 1],
        [STREAM, 2],
      ],
      [
        [STREAM, 3],
        [STREAM, 4],
      ],
      [
        ['stream-two', 1],
        ['stream-two', 2],
      ],
    ]);
  });

  it('is found by line and time: the beginning belongs to it, the end does not', async () => {
    await take(rows(1, 5));
    const found = await listPredictions(database.db, 'delay', { from: 2, to: 4 });
    expect(found.map(({ asOf, site, device }) => [asOf, site, device])).toEqual([
      [2, 'north', 'gw-1'],
      [3, 'north', 'gw-1'],
    ]);
    expect(await listPredictions(database.db, 'cost', { from: 0, to: 9 })).toEqual([]);
  });

  it('holds drift windows by the archive whose bins they count', async () => {
    const window = emptyWindow('delay', 'cd', [], 10, 20);
    await take([[1, { kind: 'window', at: 1, window }]], { class: 'evidence' });
    expect(await listWindows(database.db, 'cd', { from: 10, to: 11 })).toEqual([window]);
    expect(await listWindows(database.db, 'cd', { from: 11, to: 20 })).toEqual([]);
    expect(await listWindows(database.db, 'ef', { from: 0, to: 99 })).toEqual([]);
  });

  it('is nothing at first', async () => {
    expect(await countTelemetry(database.db)).toEqual({ rows: 0, byKind: {}, rejected: 0, gapped: 0, streams: 0 });
  });
});

/** Some cuts twice, all in another order. */
function disturbed<T>(cuts: T[], seed: number): T[] {
  const random = createSeededRandom(seed);
  return cuts
    .flatMap((cut) => (random.next() < 0.3 ? [cut, cut] : [cut]))
    .map((cut) => ({ cut, order: random.next() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ cut }) => cut);
}
