import { utf8 } from '@plumbline/shared/trust';
import { createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import type { GapRow, PredictionRow } from '@plumbline/shared/wire';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoreError } from '../../ports/index.ts';
import { rowKey, streamKey } from '../../store/keys.ts';
import { createMemoryStore, type MemoryStore } from '../../testing/memory-store.ts';
import { createOutbox, type Outbox, type OutboxOptions } from './outbox.ts';

const FULL = new StoreError('store_full', 'no space', { kind: 'unavailable' });

function prediction(n: number): PredictionRow {
  const made = { line: 'delay', version: '1.0.0', sha256: 'a', asOf: n, score: 0.5 };
  return { kind: 'prediction', at: n, ref: String(n), ...made };
}

async function open(store: MemoryStore = createMemoryStore(), options: OutboxOptions = {}) {
  const clock = createVirtualClock();
  const quarantined: [number, number][] = [];
  const damaged: string[] = [];
  const outbox = await createOutbox(
    { store, clock, random: createSeededRandom(store.keys().length + 1) },
    {
      onQuarantined: (_of, seq, rows) => quarantined.push([seq, rows]),
      onDamaged: (key) => damaged.push(key),
      ...options,
    },
  );
  return { store, clock, outbox, quarantined, damaged };
}

/** Takes everything as the server of the wire contract does. @returns refs kept and the gaps, in order */
async function drain(
  outbox: Outbox,
  rowsAtOnce = 7,
): Promise<{ refs: string[]; gaps: GapRow[]; streams: Set<string> }> {
  const taken = { refs: [] as string[], gaps: [] as GapRow[], streams: new Set<string>() };
  let high = outbox.counts().predictions.acked;
  for (let round = 0; round < 1000; round += 1) {
    const batch = await outbox.nextBatch('predictions', { rows: rowsAtOnce });
    if (batch === undefined) return taken;
    taken.streams.add(batch.stream);
    for (const { seq, row } of batch.rows) {
      const [from, to, count] = row.kind === 'gap' ? [row.from, row.to, row.count] : [seq, seq, 1];
      expect([from, to, count]).toEqual([high + 1, seq, seq - high]);
      if (row.kind === 'gap') taken.gaps.push(row);
      else taken.refs.push(row.ref ?? '');
      high = seq;
    }
    await outbox.acknowledge(batch.stream, high);
  }
  throw new Error('the stream does not end');
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => String(from + i));

describe('a row that the disk no longer holds as it was', () => {
  it.each<[string, (store: MemoryStore, key: string) => unknown]>([
    ['is no JSON', (store, key) => store.damage(key, utf8('{"kind":"predict'))],
    ['is JSON of something else', (store, key) => store.damage(key, utf8('{"kind":"wish","at":5}'))],
    ['is empty', (store, key) => store.damage(key, new Uint8Array())],
    ['is not there', (store, key) => store.commit([{ remove: key }])],
    ['is a gap that ends elsewhere', (store, key) => store.damage(key, utf8(JSON.stringify(foreignGap)))],
  ])('costs one row when it %s', async (_what, damage) => {
    const first = await open();
    await first.outbox.write({ rows: range(1, 9).map((n) => prediction(Number(n))) });
    await damage(first.store, rowKey('predictions', 5));
    const { outbox, quarantined } = await open(first.store.crash());
    const { refs, gaps } = await drain(outbox);
    expect(refs).toEqual([...range(1, 4), ...range(6, 9)]);
    expect(gaps).toMatchObject([{ from: 5, to: 5, count: 1, reason: 'quarantined' }]);
    expect(quarantined).toEqual([[5, 1]]);
    expect(outbox.counts().predictions).toMatchObject({ waiting: 0, sizeBytes: 0, acked: 9 });
  });

  it('never jams its stream, whichever rows it hits, and costs no other', async () => {
    const holds = fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 25 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 10 }),
      fc.integer({ min: 1, max: 12 }),
      fc.boolean(),
      async (rotten, missing, rowsAtOnce, isTight) => {
        const { store, outbox } = await open(undefined, isTight ? { sizeBytes: 3000 } : {});
        await outbox.write({ rows: range(1, 40).map((n) => prediction(Number(n))) });
        await outbox.flush();
        for (const seq of rotten) store.damage(rowKey('predictions', seq), utf8('rot'));
        await store.commit(missing.map((seq) => ({ remove: rowKey('predictions', seq) })));
        const after = await open(store.crash(), isTight ? { sizeBytes: 3000 } : {});
        await after.outbox.write({ rows: [prediction(41)] });
        await after.outbox.flush();
        const { refs, gaps } = await drain(after.outbox, rowsAtOnce);
        const lost = gaps.reduce((sum, { count }) => sum + count, 0);
        expect(refs.length + lost).toBe(41);
        const damaged = new Set([...rotten, ...missing]).size;
        expect(lost).toBeGreaterThanOrEqual(isTight ? 0 : damaged);
        expect(lost).toBeLessThanOrEqual(isTight ? 41 : damaged);
      },
    );
    expect(await fc.check(holds, { seed: 11, numRuns: 100 })).toMatchObject({ failed: false });
  });
});

const foreignGap: GapRow = {
  kind: 'gap',
  at: 1,
  from: 2,
  to: 90,
  count: 89,
  reason: 'expired',
  firstAt: 1,
  lastAt: 1,
};

describe('a head that cannot be read', () => {
  it.each([0, 4])('gives its stream a new name, and its rows go on, %i of them acknowledged before', async (acked) => {
    const first = await open();
    const old = first.outbox.counts().predictions.stream;
    await first.outbox.write({ rows: range(1, 9).map((n) => prediction(Number(n))) });
    await first.outbox.acknowledge(old, acked);
    first.store.damage(streamKey('predictions'), utf8('{"stream":"'));
    const { outbox, damaged } = await open(first.store.crash());
    expect(damaged).toEqual([streamKey('predictions')]);
    await outbox.write({ rows: [prediction(10)] });
    const { refs, gaps, streams } = await drain(outbox);
    expect(refs).toEqual(range(acked + 1, 10));
    expect(gaps).toEqual([]);
    expect([...streams]).not.toContain(old);
    expect(outbox.counts().predictions).toMatchObject({ waiting: 0, lastSeq: 10 - acked });
  });

  it('gives no number twice under one name when nothing waits', async () => {
    const first = await open();
    await first.outbox.write({ rows: [prediction(1), prediction(2)] });
    const { stream } = first.outbox.counts().predictions;
    await first.outbox.acknowledge(stream, 2);
    first.store.damage(streamKey('predictions'), utf8('null'));
    const { outbox } = await open(first.store.crash());
    await outbox.write({ rows: [prediction(3)] });
    expect(await drain(outbox)).toMatchObject({ refs: ['3'], gaps: [] });
    expect(outbox.counts().predictions.stream).not.toBe(stream);
  });

  it('keeps a gap at the beginning of what waits', async () => {
    const first = await open(undefined, { sizeBytes: 2000 });
    await first.outbox.write({ rows: range(1, 60).map((n) => prediction(Number(n))) });
    await first.outbox.flush();
    first.store.damage(streamKey('predictions'), utf8('rot'));
    const { outbox } = await open(first.store.crash());
    const { refs, gaps } = await drain(outbox);
    expect(gaps).toMatchObject([{ from: 1, reason: 'over_budget' }]);
    expect(refs.length + (gaps[0]?.count ?? 0)).toBe(60);
  });
});

describe('a disk that refuses', () => {
  it('row 26: loses nothing at any commit it refuses once, and gives no number twice', async () => {
    const commits = await script(() => undefined);
    for (const run of [1, 2, 5]) {
      for (let at = 1; at <= commits; at += 1) {
        await script((commit) => (commit >= at && commit < at + run ? FULL : undefined));
      }
    }
    expect(commits).toBeGreaterThan(15);
  });

  it('row 26: declares what found no room in memory either, with exact counts, once the disk takes writes again', async () => {
    const lost: [number, string][] = [];
    const { store, clock, outbox } = await open(undefined, { onLost: (rows, reason) => lost.push([rows, reason]) });
    await outbox.write({ rows: [prediction(1)] });
    store.refuse(FULL);
    const made = 30_000;
    for (let n = 2; n <= made; n += 1) {
      outbox.writeSoon({ rows: [prediction(n)] });
      if (n % 1000 === 0) await clock.advance(300);
    }
    store.refuse(undefined);
    await clock.advance(10_000);
    const { refs, gaps } = await drain(outbox, 1000);
    const [gap] = gaps;
    expect(gaps).toHaveLength(1);
    expect(gap).toMatchObject({ from: 2, reason: 'store_full', firstAt: 2, lastAt: (gap?.count ?? 0) + 1 });
    expect(refs).toEqual(['1', ...range((gap?.count ?? 0) + 2, made)]);
    expect(refs.length).toBeGreaterThan(17_000);
    expect(lost.reduce((sum, [rows]) => sum + rows, 0)).toBe(gap?.count);
  });

  it('keeps the counts of a window whose rows found no room', async () => {
    const { store, clock, outbox } = await open();
    store.refuse(FULL);
    for (let n = 1; n <= 21_000; n += 1) {
      const latest = n <= 10 ? { [`window/${n}`]: () => utf8(String(n)) } : {};
      outbox.writeSoon({ rows: [prediction(n)], latest });
      if (n % 1000 === 0) await clock.advance(300);
    }
    store.refuse(undefined);
    await clock.advance(10_000);
    expect(store.keys().filter((key) => key.startsWith('window/'))).toHaveLength(10);
  });

  it.each([
    ['a full disk', true],
    ['a crowd of writes', false],
  ])('holds as much as its counts say after every commit, whatever waited: %s', async (_, isFull) => {
    const disk = createMemoryStore();
    const seen: [marks: number, said: number][] = [];
    const store: MemoryStore = {
      ...disk,
      async commit(changes) {
        await disk.commit(changes);
        const marks = disk.keys().filter((key) => key.startsWith('mark/')).length;
        seen.push([marks, Number(new TextDecoder().decode(await disk.get('counted')))]);
      },
    };
    const { clock, outbox } = await open(store);
    seen.length = 0;
    if (isFull) disk.refuse(FULL);
    let total = 0;
    for (let n = 1; n <= 6000; n += 1) {
      total = n;
      outbox.writeSoon({
        changes: [{ put: `mark/${n}`, value: new Uint8Array() }],
        latest: { counted: () => utf8(String(total)) },
      });
      if (isFull && n === 3000) await clock.advance(6000);
    }
    disk.refuse(undefined);
    await clock.advance(10_000);
    expect(seen.filter(([marks, said]) => marks !== said)).toEqual([]);
    expect(seen.at(-1)).toEqual([6000, 6000]);
  });
});

/** Thirty predictions in groups, alone and acknowledged, on a disk that refuses what it is told to. @returns commits asked for */
async function script(refuses: (commit: number) => StoreError | undefined): Promise<number> {
  const { store, clock, outbox } = await open();
  store.refuseWhen(refuses);
  const kept: string[] = [];
  for (let n = 1; n <= 30; n += 1) {
    if (n % 5 === 0) {
      await outbox.write({ rows: [prediction(n)] }).then(
        () => kept.push(String(n)),
        () => undefined,
      );
    } else {
      outbox.writeSoon({ rows: [prediction(n)] });
      kept.push(String(n));
    }
    if (n % 3 === 0) await clock.advance(300);
    if (n % 10 === 0) await outbox.acknowledge(outbox.counts().predictions.stream, 3).catch(() => undefined);
  }
  store.refuse(undefined);
  await clock.advance(10_000);
  const total = store.commits();
  const acked = outbox.counts().predictions.acked;
  const { refs, gaps } = await drain(outbox);
  expect(gaps).toEqual([]);
  expect(new Set(refs).size).toBe(refs.length);
  expect(acked + refs.length).toBe(kept.length);
  return total;
}
