import { createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { decodeMessage, telemetryBatch, WireError, type Row, type TelemetryBatch } from '@plumbline/shared/wire';
import { describe, expect, it } from 'vitest';
import { LinkError, type Connection } from '../ports/index.ts';
import { createMemoryStore } from '../testing/memory-store.ts';
import { createChannel } from './channel.ts';
import type { LinkBudget } from './link-budget.ts';
import { createOutbox, type OutboxOptions } from './outbox/index.ts';
import { createUplink } from './uplink.ts';

const prediction = (n: number, line = 'delay'): Row => {
  const made = { line, version: '1.0.0', sha256: 'a', asOf: n, score: 0.5 };
  return { kind: 'prediction', at: n, ref: String(n), ...made };
};
const event: Row = { kind: 'event', at: 1, code: 'x' };

interface Asked {
  budget?: Partial<LinkBudget>;
  kbps?: number;
  /** What the broker does with a frame; by default it takes it. */
  publish?: (topic: string, frame: Uint8Array) => Promise<void>;
  outbox?: OutboxOptions;
}

async function open({ budget: given, kbps, publish = async () => undefined, outbox: options = {} }: Asked = {}) {
  const clock = createVirtualClock();
  const counted: number[] = [];
  const budget: LinkBudget = {
    admit: () => ({ ok: true }),
    count: (sizeBytes, direction) => void (direction === 'up' && counted.push(sizeBytes)),
    delayMs: () => 0,
    spent: () => ({ monthFrom: 0, upBytes: 0, downBytes: 0 }),
    ...given,
  };
  const problems: unknown[] = [];
  const rejected: unknown[] = [];
  const outbox = await createOutbox({ store: createMemoryStore(), clock, random: createSeededRandom(2) }, options);
  const channel = createChannel({ site: 'site-1', device: 'gateway-1' }, { clock, budget });
  const uplink = createUplink(
    { clock, outbox, channel, budget, kbps: () => kbps },
    { onProblem: (error) => problems.push(error), onRejected: (...all) => rejected.push(all) },
  );
  const batches: TelemetryBatch[] = [];
  const sizes: number[] = [];
  const connection: Connection = {
    async publish(topic, frame) {
      await publish(topic, frame);
      sizes.push(topic.length + frame.length);
      batches.push(decodeMessage(telemetryBatch, frame));
    },
    subscribe: async () => undefined,
    close: async () => undefined,
  };
  channel.open(connection);
  const seqs = () => batches.map(({ rows }) => rows.map(([seq]) => seq));
  return { clock, outbox, channel, uplink, batches, sizes, counted, problems, rejected, seqs };
}

describe('the way up', () => {
  it('counts every frame with its topic and what MQTT puts around it', async () => {
    const { outbox, uplink, counted, sizes } = await open();
    await outbox.write({ rows: [prediction(1)] });
    await uplink.pump();
    expect(sizes).toHaveLength(1);
    expect(counted).toEqual(sizes.map((size) => size + 9));
  });

  it('sends what is essential while the rest has to wait, and the rest when it may', async () => {
    let isQuiet = true;
    const { outbox, uplink, batches } = await open({
      budget: {
        admit: (_size, purpose) =>
          isQuiet && purpose !== 'essential'
            ? { ok: false, until: 1, reason: 'outside_window', detail: 'quiet' }
            : { ok: true },
      },
    });
    await outbox.write({ rows: [prediction(1), event] });
    await uplink.pump();
    expect(batches.map((one) => one.class)).toEqual(['reports']);
    isQuiet = false;
    await uplink.pump();
    expect(batches.map((one) => one.class)).toEqual(['reports', 'predictions']);
  });

  it('halves a batch that no frame can carry, and gives up the one row that is too large alone', async () => {
    const quarantined: number[] = [];
    const { outbox, uplink, seqs, problems } = await open({
      outbox: { onQuarantined: (_of, seq) => quarantined.push(seq) },
      async publish(_topic, frame) {
        const { rows } = decodeMessage(telemetryBatch, frame);
        const isTooLarge = rows.some(([, row]) => (row as Row).ref === '3');
        if (isTooLarge) throw new WireError('frame_too_large', 'frame: too large', { kind: 'too-large' });
      },
    });
    await outbox.write({ rows: [1, 2, 3, 4].map((n) => prediction(n)) });
    for (let round = 0; round < 10; round += 1) {
      await uplink.pump();
      const { stream, acked, lastSeq } = outbox.counts().predictions;
      const last = seqs().at(-1)?.at(-1) ?? 0;
      if (last > acked && last <= lastSeq) await uplink.acknowledged({ stream, upTo: last, rejected: [] });
    }
    expect(seqs().flat()).toEqual([1, 2, 3, 4]);
    expect(quarantined).toEqual([3]);
    expect(problems).toMatchObject([{ code: 'frame_too_large' }]);
    expect(outbox.counts().predictions.waiting).toBe(0);
  });

  it('waits for its turn on a link with a cap, with small batches, and sends nothing twice meanwhile', async () => {
    let freeAt = 0;
    const clockOf: { now: () => number } = { now: () => 0 };
    const world = await open({
      kbps: 8,
      budget: {
        delayMs: () => Math.max(0, freeAt - clockOf.now()),
      },
    });
    clockOf.now = world.clock.now;
    freeAt = world.clock.now() + 90_000;
    await world.outbox.write({ rows: Array.from({ length: 500 }, (_, n) => prediction(n)) });
    const pumped = world.uplink.pump();
    await world.clock.advance(80_000);
    expect(world.batches).toHaveLength(0);
    await world.clock.advance(10_000);
    await pumped;
    expect(world.batches).toHaveLength(1);
    expect(world.seqs()[0]?.length).toBeLessThan(100);
  });

  it('ends its waiting with the connection', async () => {
    const { clock, outbox, uplink, channel } = await open({ budget: { delayMs: () => 60_000 } });
    await outbox.write({ rows: [prediction(1)] });
    const pumped = uplink.pump();
    await clock.advance(1000);
    channel.close();
    await pumped;
    expect(clock.pending()).toBe(0);
  });

  it('tells what the server did not want, by class', async () => {
    const { outbox, uplink, rejected } = await open();
    await outbox.write({ rows: [prediction(1), prediction(2)] });
    await uplink.pump();
    const wanted = [{ seq: 1, code: 'row_malformed' }];
    await uplink.acknowledged({ stream: outbox.counts().predictions.stream, upTo: 2, rejected: wanted });
    expect(rejected).toEqual([['predictions', wanted]]);
    expect(uplink.rejected()).toBe(1);
  });

  it('goes on with the other streams when the line drops a frame', async () => {
    let refuse = true;
    const { outbox, uplink, batches, problems } = await open({
      publish: async () => {
        if (!refuse) return;
        refuse = false;
        throw new LinkError('link_unreachable', 'half open', { kind: 'unavailable' });
      },
    });
    await outbox.write({ rows: [event, prediction(1)] });
    await uplink.pump();
    expect(batches.map((one) => one.class)).toEqual(['predictions']);
    expect(problems).toMatchObject([{ code: 'link_unreachable' }]);
    await uplink.pump();
    expect(batches.map((one) => one.class)).toEqual(['predictions', 'reports']);
  });
});
