import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { createVirtualClock } from '@plumbline/shared/testing';
import { audit, openDatabase, type Database } from '../../platform/db/index.ts';
import { watchTrespass } from './watch-trespass.ts';

const clock = createVirtualClock();
let database: Database;
beforeEach(async () => {
  database = await openDatabase({ url: 'sqlite::memory:', clock });
});
afterEach(() => database.close());

const rows = () => database.db.select().from(audit);
const trespass = new Error('refused: subscribe to $SYS/#');

describe('a connection the broker closed', () => {
  it('is a row of the audit when a device reached for what is not its own, a few a minute at most', async () => {
    const watch = watchTrespass({ database, now: clock.now, log: pino({ level: 'silent' }) });
    for (let i = 0; i < 20; i += 1) watch(trespass, 'gw-1', { remoteAddress: '10.0.0.1' });
    await expect.poll(async () => (await rows()).length).toBe(5);
    expect((await rows())[0]).toMatchObject({ actor: 'device:gw-1', action: 'devices.trespass' });
    await clock.advance(60_000);
    watch(trespass, 'gw-1', { remoteAddress: '10.0.0.1' });
    await expect.poll(async () => (await rows()).length).toBe(6);
  });

  it('is none for a stranger, or for what is no trespass', async () => {
    const watch = watchTrespass({ database, now: clock.now, log: pino({ level: 'silent' }) });
    watch(trespass, null);
    watch(new Error('keep alive timeout'), 'gw-1', { remoteAddress: '10.0.0.1' });
    watch(trespass, 'gw-2', { remoteAddress: '10.0.0.1' });
    await expect.poll(async () => (await rows()).length).toBe(1);
    expect((await rows())[0]).toMatchObject({ actor: 'device:gw-2' });
  });
});
