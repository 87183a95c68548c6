import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, outboxDead, outboxEvents, type Database } from '../db/index.ts';
import { CLEAN_UP_AFTER_MS } from './clean-up.ts';
import { MAX_ATTEMPTS } from './deliver.ts';
import { createDispatcher, emit, type Dispatcher, type EventOf } from './index.ts';

type Enrolled = EventOf<'device.enrolled'>;
const LONG_ENOUGH_MS = 3_600_000;

let clock: VirtualClock;
let database: Database;
let dispatcher: Dispatcher;

const enrolled = (device: string): Enrolled => ({ type: 'device.enrolled', site: 's1', device });
const enrol = (...devices: string[]) =>
  database.transaction(async (tx) => {
    for (const device of devices) await emit(tx, enrolled(device));
  });
const left = async () => (await database.db.select().from(outboxEvents)).length;
/** Events that are still kept after the time of a clean-up. */
const keptAfterCleanUp = async () => {
  await clock.advance(CLEAN_UP_AFTER_MS);
  await dispatcher.settled();
  // The clean-up takes its turn among the writers.
  await database.transaction(async () => undefined);
  return left();
};

/** A subscriber that notes what it is given, and fails while `failing` says so. */
function listen(name: string, failing: (device: string) => boolean = () => false): string[] {
  const heard: string[] = [];
  dispatcher.subscribe(name, ['device.enrolled'], async ({ device }) => {
    if (failing(device)) throw new Error(`${name} cannot take ${device}`);
    heard.push(device);
  });
  return heard;
}

/** The same database seen by a server that was started anew. */
async function restart(): Promise<void> {
  await dispatcher.stop();
  dispatcher = createDispatcher({ database, clock });
}

beforeEach(async () => {
  clock = createVirtualClock();
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  dispatcher = createDispatcher({ database, clock });
});
afterEach(async () => {
  await dispatcher.stop();
  await database.close();
});

describe('an event', () => {
  it('reaches every subscriber of its type, in order, after the commit', async () => {
    const [alerts, console] = [listen('alerts'), listen('console')];
    const other: string[] = [];
    dispatcher.subscribe('other', ['rollout.transition'], async ({ rollout }) => void other.push(rollout));
    await dispatcher.start();
    await enrol('a', 'b');
    await enrol('c');
    await dispatcher.settled();
    expect([alerts, console, other]).toEqual([['a', 'b', 'c'], ['a', 'b', 'c'], []]);
    expect(await keptAfterCleanUp()).toBe(0);
  });

  it('of a transaction that failed is never heard of', async () => {
    const heard = listen('alerts');
    await dispatcher.start();
    const failing = database.transaction(async (tx) => {
      await emit(tx, enrolled('ghost'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await enrol('a');
    await dispatcher.settled();
    expect(heard).toEqual(['a']);
  });

  it('emitted while nobody dispatched is delivered after the start', async () => {
    await enrol('a', 'b');
    const heard = listen('alerts');
    await dispatcher.start();
    await dispatcher.settled();
    expect(heard).toEqual(['a', 'b']);
  });

  it('that was delivered does not come again after a restart; one that was not, does', async () => {
    let down = false;
    const before = listen('alerts', () => down);
    await dispatcher.start();
    await enrol('a');
    await dispatcher.settled();
    down = true;
    await enrol('b');
    await dispatcher.settled();
    await restart();
    const after = listen('alerts');
    await dispatcher.start();
    await dispatcher.settled();
    await clock.advance(LONG_ENOUGH_MS);
    await dispatcher.settled();
    expect([before, after]).toEqual([['a'], ['b']]);
  });

  it('may be emitted by a handler', async () => {
    const heard = listen('alerts');
    dispatcher.subscribe('echo', ['model.published'], () => enrol('by-echo'));
    await dispatcher.start();
    const published = { type: 'model.published', model: 'delay', version: '1.0.0', releaseCounter: 1 } as const;
    await database.transaction((tx) => emit(tx, published));
    await dispatcher.settled();
    expect(heard).toEqual(['by-echo']);
  });
});

describe('the clean-up', () => {
  it('deletes many events at once, and those that nobody listens to', async () => {
    const heard = listen('alerts');
    await dispatcher.start();
    await enrol('a', 'b');
    await database.transaction((tx) => emit(tx, { type: 'device.reported', site: 's1', device: 'a' }));
    await dispatcher.settled();
    expect(heard).toEqual(['a', 'b']);
    expect(await left()).toBe(3);
    expect(await keptAfterCleanUp()).toBe(0);
  });

  it('keeps what one subscriber of two has not had', async () => {
    let broken = true;
    const [quick, slow] = [listen('quick'), listen('slow', () => broken)];
    await dispatcher.start();
    await enrol('a');
    await dispatcher.settled();
    expect(await keptAfterCleanUp()).toBe(1);
    broken = false;
    await clock.advance(LONG_ENOUGH_MS);
    await dispatcher.settled();
    await enrol('b');
    expect([quick, slow]).toEqual([['a'], ['a']]);
    await dispatcher.settled();
    expect([quick, slow]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(await keptAfterCleanUp()).toBe(0);
  });
});

describe('a subscriber that fails', () => {
  it('holds up nobody else, and keeps its own order', async () => {
    let broken = true;
    const slow = listen('slow', (device) => broken && device === 'b');
    const quick = listen('quick');
    await dispatcher.start();
    await enrol('a', 'b', 'c');
    await dispatcher.settled();
    expect([slow, quick]).toEqual([['a'], ['a', 'b', 'c']]);
    broken = false;
    await clock.advance(LONG_ENOUGH_MS);
    await dispatcher.settled();
    expect(slow).toEqual(['a', 'b', 'c']);
    expect(await keptAfterCleanUp()).toBe(0);
  });

  it('is tried again further and further apart, then the event is laid aside with its reason', async () => {
    const tries: number[] = [];
    const start = clock.now();
    const heard = listen('alerts', (device) => {
      if (device === 'poison') tries.push((clock.now() - start) / 1_000);
      return device === 'poison';
    });
    await dispatcher.start();
    await enrol('poison', 'after');
    await dispatcher.settled();
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
      await clock.advance(300_000);
      await dispatcher.settled();
    }
    expect(tries).toHaveLength(MAX_ATTEMPTS);
    expect(tries.slice(0, 2)).toEqual([0, 1]);
    expect(heard).toEqual(['after']);
    expect(await database.db.select().from(outboxDead)).toMatchObject([
      { subscriber: 'alerts', event: 1, attempts: MAX_ATTEMPTS, reason: 'alerts cannot take poison' },
    ]);
  });

  it('that no longer exists does not keep events for ever', async () => {
    listen('removed', () => true);
    await dispatcher.start();
    await enrol('a');
    await dispatcher.settled();
    await restart();
    listen('alerts');
    await dispatcher.start();
    await dispatcher.settled();
    expect(await keptAfterCleanUp()).toBe(0);
  });
});

it('two subscribers of one name are a mistake', () => {
  listen('alerts');
  expect(() => listen('alerts')).toThrow('"alerts"');
});
