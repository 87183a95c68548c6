import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock, type VirtualClock } from '@plumbline/shared/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase, type Database } from '../../../platform/db/index.ts';
import { createEventFeed, type EventFeed } from './event-feed.ts';
import { keepEvent } from './keep-event.ts';
import { dropOld } from './read.ts';

const DAY_MS = 24 * 3_600_000;
let clock: VirtualClock;
let database: Database;
let feed: EventFeed;

const happen = (id: number, type: 'device.enrolled' | 'device.cloned' = 'device.enrolled') =>
  keepEvent(database, { type, site: 'north', device: `gw-${id}` }, { id, at: clock.now() });

async function read(last?: string, types = ['*']) {
  const reader = (await feed.follow({ types, last })).getReader();
  const decoder = new TextDecoder();
  return {
    /** The ids and types of the next chunk, or what else it says. */
    async next(): Promise<string[]> {
      const { value, done } = await reader.read();
      if (done) return ['end'];
      return decoder
        .decode(value)
        .split('\n\n')
        .filter((part) => part !== '')
        .map((part) => {
          const [, id, event] = /^id: (\d+)\nevent: (.*)\ndata: /.exec(part) ?? [];
          return id === undefined ? part : `${id} ${event}`;
        });
    },
    leave: () => reader.cancel(),
  };
}

beforeEach(async () => {
  clock = createVirtualClock();
  database = await openDatabase({ url: 'sqlite::memory:', clock });
  feed = createEventFeed({ database, clock }, { maxReaders: 3 });
});
afterEach(async () => {
  feed.close();
  await database.close();
});

describe('a reader of events', () => {
  it('without an id hears what happens from now on, of the types it wants', async () => {
    await happen(1);
    const reader = await read(undefined, ['device.cloned']);
    expect(await reader.next()).toEqual([': from 1\nid: 1']);
    const heard = reader.next();
    await happen(2);
    await happen(3, 'device.cloned');
    // What it does not want is passed over without a word.
    expect(await heard).toEqual(['3 device.cloned']);
  });

  it('goes on after the id it had, without loss or repetition', async () => {
    for (let id = 1; id <= 250; id += 1) await happen(id);
    const reader = await read('20');
    await reader.next();
    const heard = [...(await reader.next()), ...(await reader.next()), ...(await reader.next())];
    expect(heard).toEqual(Array.from({ length: 230 }, (_, index) => `${index + 21} device.enrolled`));
  });

  it('goes on after the id it had when the server began anew, with what happened while nobody listened', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'plumbline-feed-'));
    const url = `sqlite:${join(folder, 'fleet.sqlite')}`;
    const start = async () => {
      await database.close();
      database = await openDatabase({ url, clock });
      feed = createEventFeed({ database, clock });
    };
    await start();
    await happen(1);
    await happen(2);
    const before = await read('0');
    expect(await before.next()).toEqual([': from 0\nid: 0']);
    expect(await before.next()).toEqual(['1 device.enrolled', '2 device.enrolled']);
    await happen(3);
    feed.close();
    await happen(4);
    await start();
    const after = await read('2');
    expect(await after.next()).toEqual([': from 2\nid: 2']);
    expect(await after.next()).toEqual(['3 device.enrolled', '4 device.enrolled']);
    await rm(folder, { recursive: true });
  });

  it('that had events which are not kept any more is told from where it goes on', async () => {
    await happen(1);
    await happen(2);
    await clock.advance(8 * DAY_MS);
    await happen(3);
    await dropOld(database, clock.now());
    const reader = await read('1');
    expect(await reader.next()).toEqual(['2 gone']);
    expect(await reader.next()).toEqual(['3 device.enrolled']);
    const ahead = await read('99');
    expect(await ahead.next()).toEqual(['3 gone']);
  });

  it('that is behind while events are dropped is told too', async () => {
    await happen(1);
    const reader = await read('0');
    await reader.next();
    await reader.next();
    await happen(2);
    await happen(3);
    await clock.advance(8 * DAY_MS);
    await dropOld(database, clock.now());
    expect(await reader.next()).toEqual(['3 gone']);
  });

  it('hears a heartbeat while nothing happens, and the end when the server stops', async () => {
    const reader = await read();
    await reader.next();
    const beat = reader.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await clock.advance(15_000);
    expect(await beat).toEqual([': still here']);
    const end = reader.next();
    feed.close();
    expect(await end).toEqual(['end']);
  });

  it.each(['x', '-1', '1.5', '99999999999999999999'])('with the id %j is refused', async (last) => {
    await expect(feed.follow({ types: ['*'], last })).rejects.toMatchObject({
      code: 'event_id_malformed',
      field: 'last-event-id',
    });
    expect(feed.readers()).toBe(0);
  });

  it('beyond the number of readers is refused; one that leaves makes room', async () => {
    const [first] = [await read(), await read(), await read()];
    await expect(feed.follow({ types: ['*'], last: undefined })).rejects.toMatchObject({ code: 'too_many_readers' });
    await first.leave();
    expect(feed.readers()).toBe(2);
  });
});
