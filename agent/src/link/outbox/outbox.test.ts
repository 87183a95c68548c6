import { createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { emptyWindow } from '@plumbline/shared/drift';
import {
  PRIORITY,
  type EventRow,
  type GapRow,
  type PhotoRow,
  type PredictionRow,
  type Row,
} from '@plumbline/shared/wire';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoreError } from '../../ports/index.ts';
import { createMemoryStore } from '../../testing/memory-store.ts';
import { createOutbox, type Batch, type OutboxOptions } from './outbox.ts';

const photo = (n: number): PhotoRow => ({
  kind: 'photo',
  at: n,
  ref: 'ab'.repeat(32),
  part: n,
  parts: 9,
  bytes: 'A'.repeat(4000),
});

function prediction(n: number): PredictionRow {
  const made = { line: 'delay', version: '1.0.0', sha256: 'a', asOf: n, score: 0.5 };
  return { kind: 'prediction', at: n, ref: String(n), ...made };
}

const event: EventRow = { kind: 'event', at: 1, code: 'x' };

function entry(n: number): Row {
  const value = { label: 1, observedAt: 1 } as const;
  const id = `entry-${String(n).padStart(4, '0')}`;
  return {
    kind: 'entry',
    at: 1,
    entry: { id, activity: 'a', base: null, actor: 'p', at: 1, field: 'outcome', value },
  };
}

function diagnostics(n: number): Row {
  return { kind: 'diagnostics', at: n, request: 1, part: n, parts: 8, bytes: 'A'.repeat(400) };
}

function window(n: number): Row {
  return { kind: 'window', at: n, window: emptyWindow('delay', 'a', [], n, n + 1) };
}

async function open(store = createMemoryStore(), options: OutboxOptions = {}) {
  const clock = createVirtualClock();
  const outbox = await createOutbox({ store, clock, random: createSeededRandom(3) }, options);
  return { store, clock, outbox };
}

describe('the outbox', () => {
  it('numbers the rows of each class on their own, and gives them back until they are acknowledged', async () => {
    const { outbox } = await open();
    await outbox.write({ rows: [prediction(1), event, prediction(2)] });
    const batch = await outbox.nextBatch('predictions');
    expect(batch?.rows.map(({ seq }) => seq)).toEqual([1, 2]);
    expect((await outbox.nextBatch('reports'))?.rows.map(({ seq }) => seq)).toEqual([1]);
    await outbox.acknowledge(batch?.stream ?? '', 1);
    expect((await outbox.nextBatch('predictions'))?.rows.map(({ seq }) => seq)).toEqual([2]);
    expect(outbox.counts().predictions).toMatchObject({ waiting: 1, lastSeq: 2, acked: 1 });
  });

  it('makes grouped rows durable after the group commit, together with what belongs to them', async () => {
    const { store, clock, outbox } = await open();
    outbox.writeSoon({ rows: [prediction(1)], changes: [{ put: 'beside', value: new Uint8Array([1]) }] });
    expect(await store.get('beside')).toBeUndefined();
    await clock.advance(250);
    expect(await store.get('beside')).toBeDefined();
    expect(outbox.counts().predictions.waiting).toBe(1);
  });

  it('ignores the acknowledgement of another store, and one of rows it never had', async () => {
    const { outbox } = await open();
    await outbox.write({ rows: [prediction(1)] });
    expect(await outbox.acknowledge('somebody-else', 5)).toBe(false);
    await outbox.acknowledge(outbox.counts().predictions.stream, 99);
    await outbox.write({ rows: [prediction(2)] });
    expect((await outbox.nextBatch('predictions'))?.rows.map(({ seq }) => seq)).toEqual([2]);
  });

  it('tells a person that the disk refused, and keeps what it made itself for the next try', async () => {
    const { store, clock, outbox } = await open();
    store.refuse(new StoreError('store_full', 'no space', { kind: 'unavailable' }));
    outbox.writeSoon({ rows: [prediction(1)] });
    await expect(outbox.write({ rows: [event] })).rejects.toMatchObject({ code: 'store_full' });
    store.refuse(undefined);
    await clock.advance(6000);
    expect((await outbox.nextBatch('predictions'))?.rows.map(({ seq }) => seq)).toEqual([1]);
    expect(outbox.counts().reports.waiting).toBe(0);
  });

  it('puts one gap with exact counts in the place of the oldest rows when it is over its budget', async () => {
    const { outbox } = await open(undefined, { sizeBytes: 3000 });
    for (let n = 1; n <= 200; n += 1) await outbox.write({ rows: [prediction(n)] });
    const rows = (await outbox.nextBatch('predictions'))?.rows ?? [];
    const gap = rows[0]?.row as GapRow;
    expect(gap).toMatchObject({ kind: 'gap', from: 1, reason: 'over_budget', firstAt: 1, lastAt: gap.to });
    expect(gap.count).toBe(gap.to);
    expect(rows.slice(1).map(({ seq }) => seq)).toEqual(Array.from({ length: 200 - gap.to }, (_, i) => gap.to + 1 + i));
    expect(rows.filter(({ row }) => row.kind === 'gap')).toHaveLength(1);
  });

  it('does not declare lost what the server turns out to have', async () => {
    const { outbox } = await open(undefined, { sizeBytes: 3000 });
    for (let n = 1; n <= 100; n += 1) await outbox.write({ rows: [prediction(n)] });
    await outbox.flush();
    const gap = (await outbox.nextBatch('predictions'))?.rows[0]?.row as GapRow;
    await outbox.acknowledge(outbox.counts().predictions.stream, 10);
    const after = (await outbox.nextBatch('predictions'))?.rows[0]?.row;
    expect(after).toMatchObject({ from: 11, to: gap.to, count: gap.to - 10 });
  });

  it('never drops what people wrote: beyond the budget the next entry is refused, and nothing of it is kept', async () => {
    const { outbox } = await open(undefined, { sizeBytes: 2000 });
    for (let n = 1; n <= 50; n += 1) await outbox.write({ rows: [prediction(n)] });
    let kept = 0;
    let refusal: unknown;
    for (let n = 0; n < 50; n += 1) {
      if (refusal !== undefined) break;
      await outbox.write({ rows: [entry(n)], changes: [{ put: `beside/${n}`, value: new Uint8Array() }] }).then(
        () => (kept += 1),
        (error: unknown) => (refusal = error),
      );
    }
    expect(refusal).toMatchObject({ code: 'store_full', kind: 'unavailable', field: 'outboxBytes' });
    expect(kept).toBeGreaterThan(5);
    expect(outbox.counts().entries).toMatchObject({ waiting: kept, lastSeq: kept });
    expect(outbox.counts().predictions.waiting).toBe(1);
    await outbox.acknowledge(outbox.counts().entries.stream, kept);
    await outbox.write({ rows: [entry(50)] });
    expect((await outbox.nextBatch('entries'))?.rows.map(({ seq }) => seq)).toEqual([kept + 1]);
  });

  it('never gives up a photo: one that does not fit is refused with its note, and the entry after it is taken', async () => {
    const { outbox } = await open(undefined, { sizeBytes: 20_000 });
    const noted = (n: number) => outbox.write({ rows: [entry(n), photo(n)] });
    await noted(1);
    await noted(2);
    await expect(noted(3)).rejects.toMatchObject({ code: 'store_full', field: 'outboxBytes' });
    await outbox.write({ rows: [entry(4)] });
    for (let n = 1; n <= 80; n += 1) await outbox.write({ rows: [prediction(n)] });
    expect(outbox.counts().photos).toMatchObject({ waiting: 2, lastSeq: 2 });
    expect(outbox.counts().entries).toMatchObject({ waiting: 3, lastSeq: 3 });
  });

  it('gives up diagnostics first, then predictions, then evidence, then events', async () => {
    const { outbox } = await open(undefined, { sizeBytes: 20_000 });
    const waiting = () => PRIORITY.filter((of) => outbox.counts()[of].waiting > 1);
    await outbox.write({ rows: Array.from({ length: 8 }, (_, n) => diagnostics(n)) });
    await outbox.write({ rows: Array.from({ length: 20 }, (_, n) => prediction(n)) });
    await outbox.write({ rows: Array.from({ length: 10 }, (_, n) => window(n)) });
    await outbox.write({ rows: Array.from({ length: 30 }, () => event) });
    await outbox.flush();
    expect(waiting()).toEqual(['reports', 'predictions', 'evidence', 'diagnostics']);
    const gone: string[] = [];
    for (let n = 0; n < 300 && gone.length < 4; n += 1) {
      await outbox.write({ rows: [entry(n)] }).catch(() => undefined);
      await outbox.flush();
      for (const of of ['diagnostics', 'predictions', 'evidence', 'reports']) {
        if (!waiting().some((one) => one === of) && !gone.includes(of)) gone.push(of);
      }
    }
    expect(gone).toEqual(['diagnostics', 'predictions', 'evidence', 'reports']);
    for (const of of ['diagnostics', 'predictions', 'evidence', 'reports'] as const) {
      const rows = (await outbox.nextBatch(of))?.rows ?? [];
      expect(rows).toMatchObject([{ row: { kind: 'gap', from: 1, to: outbox.counts()[of].lastSeq } }]);
    }
  });

  it('halves nothing and loses nothing when fewer rows are asked for', async () => {
    const { outbox } = await open();
    await outbox.write({ rows: [1, 2, 3, 4, 5].map(prediction) });
    expect((await outbox.nextBatch('predictions', { rows: 2 }))?.rows.map(({ seq }) => seq)).toEqual([1, 2]);
    expect((await outbox.nextBatch('predictions', { sizeBytes: 1 }))?.rows.map(({ seq }) => seq)).toEqual([1]);
    expect((await outbox.nextBatch('predictions'))?.rows).toHaveLength(5);
  });
});

const ACTIONS = ['write', 'soon', 'wait', 'send', 'send-unheard', 'crash'] as const;
type Action = (typeof ACTIONS)[number];

describe('the outbox through crashes and lost answers', () => {
  it('loses no durable row, stores none twice, and gives no number to two rows', async () => {
    const holds = fc.asyncProperty(fc.array(fc.constantFrom(...ACTIONS), { maxLength: 60 }), fc.boolean(), live);
    expect(await fc.check(holds, { seed: 5, numRuns: 300 })).toMatchObject({ failed: false });
  });
});

/** What the server of the wire contract does: one high-water mark per stream, everything below it is known. */
function createKeeper() {
  const streams = new Map<string, { high: number; refs: string[]; lost: number }>();
  const refOfSeq = new Map<string, string>();
  const problems: string[] = [];
  return {
    problems,
    streams,
    take({ stream, rows }: Batch): number {
      const known = streams.get(stream) ?? { high: 0, refs: [], lost: 0 };
      streams.set(stream, known);
      for (const { seq, row } of rows) {
        if (seq <= known.high) continue;
        if (row.kind === 'gap') {
          if (row.to !== seq || row.from > known.high + 1) problems.push(`gap ${row.from}–${row.to} at ${seq}`);
          known.lost += seq - known.high;
        } else {
          const ref = row.ref ?? '';
          if (seq !== known.high + 1) problems.push(`seq ${seq} after ${known.high}`);
          if ((refOfSeq.get(`${stream} ${seq}`) ?? ref) !== ref) problems.push(`seq ${seq} given twice`);
          refOfSeq.set(`${stream} ${seq}`, ref);
          known.refs.push(ref);
        }
        known.high = seq;
      }
      return known.high;
    },
  };
}

async function live(actions: readonly Action[], isTight: boolean): Promise<void> {
  const options: OutboxOptions = isTight ? { sizeBytes: 2000 } : {};
  const keeper = createKeeper();
  const durable: string[] = [];
  let world = await open(undefined, options);
  let n = 0;

  const send = async (isHeard: boolean) => {
    const batch = await world.outbox.nextBatch('predictions');
    if (batch === undefined) return;
    const upTo = keeper.take(batch);
    if (isHeard) await world.outbox.acknowledge(batch.stream, upTo);
  };
  const act: Record<Action, () => Promise<unknown>> = {
    async write() {
      n += 1;
      await world.outbox.write({ rows: [prediction(n)] });
      durable.push(String(n));
    },
    async soon() {
      n += 1;
      world.outbox.writeSoon({ rows: [prediction(n)] });
    },
    wait: () => world.clock.advance(300),
    send: () => send(true),
    'send-unheard': () => send(false),
    async crash() {
      world = await open(world.store.crash(), options);
    },
  };
  for (const action of actions) await act[action]();
  await world.outbox.flush();
  for (let rounds = 0; world.outbox.counts().predictions.waiting > 0 && rounds < 100; rounds += 1) await send(true);

  const [kept = { refs: [], lost: 0, high: 0 }, ...others] = keeper.streams.values();
  expect(keeper.problems).toEqual([]);
  expect(others).toEqual([]);
  expect(new Set(kept.refs).size).toBe(kept.refs.length);
  expect(kept.refs.length + kept.lost).toBe(kept.high);
  expect(durable.filter((ref) => !kept.refs.includes(ref)).length).toBeLessThanOrEqual(kept.lost);
}
