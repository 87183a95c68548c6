import { createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { NO_SUCH_BLOCK, type Block } from '@plumbline/shared/wire';
import { describe, expect, it } from 'vitest';
import type { Connection } from '../ports/index.ts';
import { createBlocks } from './blocks.ts';
import { createChannel } from './channel.ts';

const SHA256 = 'ab'.repeat(32);
const REF = { sha256: SHA256 };
const NEVER = new AbortController().signal;
const MINUTE_MS = 60_000;

/** A server that answers each request, or does not. */
function world(answer: (asked: number) => Block | undefined) {
  const clock = createVirtualClock();
  const channel = createChannel({ site: 'site-1', device: 'gateway-1' });
  const refusals: string[] = [];
  const blocks = createBlocks(
    { clock, random: createSeededRandom(1), channel },
    { onRefused: (error) => refusals.push(error) },
  );
  let asked = 0;
  const connection: Connection = {
    async publish() {
      asked += 1;
      const block = answer(asked);
      if (block !== undefined) queueMicrotask(() => blocks.received(block));
    },
    subscribe: async () => undefined,
    close: async () => undefined,
  };
  channel.open(connection);
  return { clock, channel, blocks, connection, refusals, asked: () => asked };
}

const bytes = (length: number): Block => ({ ref: REF, offset: 0, bytes: new Uint8Array(length) });

describe('a block', () => {
  it('is taken when it has the length that was asked for', async () => {
    const { blocks } = world(() => bytes(100));
    expect(await blocks.request({ ref: REF, offset: 0, length: 100 }, NEVER)).toHaveLength(100);
  });

  it.each([0, 99, 101, 262_000])('of %i bytes instead of 100 is not taken, and asked for again', async (length) => {
    const { blocks, clock } = world((asked) => bytes(asked === 1 ? length : 100));
    const piece = blocks.request({ ref: REF, offset: 0, length: 100 }, NEVER);
    await clock.advance(MINUTE_MS);
    expect(await piece).toHaveLength(100);
  });

  it('that the budget does not admit is asked about once a minute, also when the time it names is over', async () => {
    const { clock, channel } = world(() => undefined);
    let questions = 0;
    const admit = () => {
      questions += 1;
      return { ok: false, until: clock.now() - 1, reason: 'link_budget', detail: '' } as const;
    };
    const nothing = { monthFrom: 0, upBytes: 0, downBytes: 0 };
    const budget = { admit, spent: () => nothing, count: () => undefined, delayMs: () => 0 };
    const blocks = createBlocks({ clock, random: createSeededRandom(1), channel, budget });
    const stop = new AbortController();
    const piece = blocks.request({ ref: REF, offset: 0, length: 100 }, stop.signal);
    await clock.advance(10 * MINUTE_MS);
    expect(questions).toBeLessThanOrEqual(11);
    stop.abort();
    expect(await piece).toBeUndefined();
  });

  it('that nobody asked for is counted and dropped', () => {
    const { blocks } = world(() => undefined);
    for (let i = 0; i < 1000; i += 1) blocks.received(bytes(65_536));
    expect(blocks.counts()).toEqual({ received: 1000, receivedTwice: 1000, refused: 0 });
  });

  it.each<[string, (asked: number) => Block | undefined]>([
    ['says nothing', () => undefined],
    ['sends only wrong lengths', () => bytes(1)],
    ['refuses over and over', () => ({ ref: REF, offset: 0, error: 'limit_exceeded' })],
  ])('is given up after its window when the server %s, with few questions', async (_what, answer) => {
    const { blocks, clock, asked } = world(answer);
    const piece = blocks.request({ ref: REF, offset: 0, length: 100 }, NEVER);
    const outcome = piece.catch((error: unknown) => error);
    await clock.advance(30 * MINUTE_MS);
    expect(await outcome).toMatchObject({ code: 'retrieval_slow', kind: 'unavailable' });
    expect(asked()).toBeLessThan(40);
    expect(clock.pending()).toBe(0);
  });

  it('is waited for as long as the line is down', async () => {
    const { blocks, clock, channel, connection } = world(() => bytes(100));
    channel.close();
    const piece = blocks.request({ ref: REF, offset: 0, length: 100 }, NEVER);
    await clock.advance(48 * 60 * MINUTE_MS);
    channel.open(connection);
    await clock.advance(MINUTE_MS);
    expect(await piece).toHaveLength(100);
  });
});

describe('a block whose connection breaks', () => {
  const whole = { ref: REF, offset: 0, length: 100 };

  it('is asked for again as soon as there is another, and nothing waits in between', async () => {
    const { blocks, clock, channel, connection, asked } = world((times) => (times === 1 ? undefined : bytes(100)));
    const piece = blocks.request(whole, NEVER);
    await clock.advance(5000);
    channel.close();
    await clock.advance(0);
    expect(clock.pending()).toBe(0);
    channel.open(connection);
    await clock.advance(0);
    expect(await piece).toHaveLength(100);
    expect(asked()).toBe(2);
  });

  it('is asked for at once also where it had been waiting for its next turn', async () => {
    const { blocks, clock, channel, connection, asked } = world((times) => (times < 5 ? bytes(1) : bytes(100)));
    const piece = blocks.request(whole, NEVER);
    while (asked() < 4) await clock.advance(1000);
    expect(clock.pending()).toBe(1);
    channel.close();
    channel.open(connection);
    await clock.advance(0);
    expect(await piece).toHaveLength(100);
  });

  it('over and over is asked for with pauses: a line that flaps is no reason to ask without end', async () => {
    const { blocks, clock, channel, connection, asked } = world(() => undefined);
    const stop = new AbortController();
    const piece = blocks.request(whole, stop.signal);
    const TEN_MINUTES = 6000;
    for (let tenth = 0; tenth < TEN_MINUTES; tenth += 1) {
      channel.close();
      channel.open(connection);
      await clock.advance(100);
    }
    expect(asked()).toBeGreaterThan(60);
    expect(asked()).toBeLessThan(250);
    stop.abort();
    expect(await piece).toBeUndefined();
    expect(clock.pending()).toBe(0);
  });

  it('is given up by the connection that stands for the whole window, however many broke before', async () => {
    const { blocks, clock, channel, connection } = world(() => undefined);
    const outcome = blocks.request(whole, NEVER).catch((error: unknown) => error);
    for (let broken = 0; broken < 5; broken += 1) {
      await clock.advance(5 * MINUTE_MS);
      channel.close();
      channel.open(connection);
    }
    expect(await Promise.race([outcome, 'still asking'])).toBe('still asking');
    await clock.advance(11 * MINUTE_MS);
    expect(await outcome).toMatchObject({ code: 'retrieval_slow' });
  });
});

describe('a document', () => {
  it('may be shorter than its bound, and may not be there', async () => {
    const { blocks } = world((asked) => (asked === 1 ? bytes(12) : { ref: REF, offset: 0, error: NO_SUCH_BLOCK }));
    expect(await blocks.document({ ref: REF, maxBytes: 1000 }, NEVER)).toHaveLength(12);
    expect(await blocks.document({ ref: REF, maxBytes: 1000 }, NEVER)).toBe('none');
  });

  it('is refused beyond its bound', async () => {
    const { blocks } = world(() => bytes(1001));
    await expect(blocks.document({ ref: REF, maxBytes: 1000 }, NEVER)).rejects.toMatchObject({ code: 'bad_length' });
  });

  it('is not taken for absent when the server is only in trouble', async () => {
    const trouble: Block = { ref: REF, offset: 0, error: 'internal_error' };
    const { blocks, clock, refusals } = world((asked) => (asked < 3 ? trouble : bytes(12)));
    const document = blocks.document({ ref: REF, maxBytes: 1000 }, NEVER);
    await clock.advance(5 * MINUTE_MS);
    expect(await document).toHaveLength(12);
    expect(refusals).toEqual(['internal_error', 'internal_error']);
  });

  it('is forgotten when the signal fires', async () => {
    const { blocks, clock } = world(() => undefined);
    const stop = new AbortController();
    const document = blocks.document({ ref: REF, maxBytes: 1000 }, stop.signal);
    stop.abort();
    expect(await document).toBeUndefined();
    expect(clock.pending()).toBe(0);
  });
});
