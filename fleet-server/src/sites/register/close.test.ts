import { parseCanonical } from '@plumbline/shared/trust';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../platform/audit/index.ts';
import {
  assignModel,
  createToken,
  getAssignment,
  getDevice,
  quarantineDevice,
  revokeDevice,
  takeBackRetirement,
} from '../devices/index.ts';
import { archiveEmptied, archiveSite, closeSite, devicesOf, getSite, putSite, reopenSite } from './index.ts';
import { createSiteHome, type SiteHome, type SiteWorld } from './testing/site-world.ts';

const DAY_MS = 86_400_000;
const HASH = 'ab'.repeat(32);
const MODEL = {
  model: 'delay',
  path: 'models/delay/1/tree.plb',
  length: 1000,
  sha256: HASH,
  releaseCounter: 1,
  payload: { codec: 'none', length: 1000, sha256: HASH },
} as const;

let home: SiteHome;
let world: SiteWorld;
beforeAll(async () => {
  home = await createSiteHome();
});
afterAll(() => home.close());
beforeEach(async () => {
  world = await home.open();
  for (const device of ['gw-1', 'gw-2']) await world.enrolled(device, 'north');
  await world.enrolled('gw-9', 'south');
});
afterEach(() => world.close());

const close = (days = 14) =>
  world.tx((tx) => closeSite(tx, world, 'user:ana', { site: 'north', deadlineMs: days * DAY_MS }));
const archive = (force: boolean) => world.tx((tx) => archiveSite(tx, 'user:ana', { site: 'north', force }));
const ends = async () =>
  Object.fromEntries((await devicesOf(world.database.db, 'north')).map(({ device, end }) => [device, end]));
const stateNow = async () => (await getSite(world.database.db, 'north')).state;

async function settingsOf(device: string) {
  const { assignedSeq } = await getDevice(world.database.db, device);
  const row = await getAssignment(world.database.db, device, assignedSeq);
  return row && (parseCanonical(row.bytes, 'assignment') as { signed: { settings: unknown } }).signed.settings;
}

async function seqOf(device: string) {
  return (await getDevice(world.database.db, device)).assignedSeq;
}

async function leaves(device: string) {
  const assignmentSeq = await seqOf(device);
  await world.reports(device, { assignmentSeq, retired: 'draining', outbox: { entries: { waiting: 3, lastSeq: 9 } } });
  await world.reports(device, { assignmentSeq, retired: 'wiped' });
}

describe('a site that is closed', () => {
  it('tells every device of it to leave, by a signed order, and nobody else', async () => {
    expect(await close()).toMatchObject({ site: { state: 'closing' }, ordered: ['gw-1', 'gw-2'] });
    expect(await settingsOf('gw-1')).toEqual({ retire: 1 });
    expect(await settingsOf('gw-9')).toBeUndefined();
    expect(await ends()).toEqual({ 'gw-1': 'silent', 'gw-2': 'silent' });
    await expect(close()).rejects.toMatchObject({ code: 'site_closing' });
  });

  it('is archived when the last device has gone, and each is put out when it says so', async () => {
    await close();
    await leaves('gw-1');
    expect(await ends()).toEqual({ 'gw-1': 'wiped', 'gw-2': 'silent' });
    expect(await getDevice(world.database.db, 'gw-1')).toMatchObject({
      standing: 'revoked',
      standingReason: 'left: close',
    });
    expect(await archiveEmptied(world)).toEqual([]);
    await leaves('gw-2');
    expect(await archiveEmptied(world)).toEqual(['north']);
    expect(await getSite(world.database.db, 'north')).toMatchObject({ state: 'archived', closedAt: world.now() });
    expect(await archiveEmptied(world)).toEqual([]);
    expect(await getDevice(world.database.db, 'gw-9')).toMatchObject({ standing: 'active' });
  });

  it('takes nobody in any more: codes from before open nothing, and none is made', async () => {
    const before = await createToken(world, 'user:ana', {
      site: 'north',
      device: 'gw-3',
      tags: [],
      lifetimeMs: DAY_MS,
    });
    await close();
    const { signer } = await import('../devices/testing/device-world.ts');
    await expect(world.use(before.code, signer(77))).rejects.toMatchObject({ code: 'token_unknown' });
    const again = () => createToken(world, 'user:ana', { site: 'north', device: 'gw-4', tags: [], lifetimeMs: DAY_MS });
    await expect(again()).rejects.toMatchObject({ code: 'site_closing', field: 'site' });
    for (const device of ['gw-1', 'gw-2']) await leaves(device);
    await archiveEmptied(world);
    await expect(again()).rejects.toMatchObject({ code: 'site_archived' });
    await expect(world.tx((tx) => putSite(tx, 'user:ana', { id: 'north', note: 'x' }))).rejects.toMatchObject({
      code: 'site_archived',
    });
  });

  it('is not archived over devices that are silent, by nobody before the deadline and after it by a person who insists', async () => {
    await close(3);
    await leaves('gw-1');
    await world.reports('gw-2', {
      outbox: { entries: { waiting: 4, lastSeq: 4 }, predictions: { waiting: 0, lastSeq: 50 } },
    });
    await expect(archive(false)).rejects.toMatchObject({ code: 'site_silent', field: 'site' });
    await expect(archive(true)).rejects.toMatchObject({ code: 'site_silent', field: 'force' });
    await world.clock.advance(3 * DAY_MS);
    expect(await archiveEmptied(world)).toEqual([]);
    await expect(archive(false)).rejects.toMatchObject({ code: 'site_silent' });
    const { forced } = await archive(true);
    expect(forced).toMatchObject([{ device: 'gw-2', end: 'silent', unsent: [{ class: 'entries', rows: 4 }] }]);
    const { standing, standingReason } = await getDevice(world.database.db, 'gw-2');
    expect([standing, standingReason]).toEqual([
      'revoked',
      'site north was closed without it; at least 4 rows were never sent (entries 4)',
    ]);
    const [archived] = (await list(world.database.db)).rows.filter(({ action }) => action === 'sites.archive');
    expect(archived).toMatchObject({ actor: 'user:ana', details: { forced: [{ device: 'gw-2' }] } });
  });

  it('waits for a quarantined device until a person has looked at it', async () => {
    await quarantineDevice(world, 'user:ana', { device: 'gw-2', reason: 'odd' });
    expect((await close()).ordered).toEqual(['gw-1']);
    await leaves('gw-1');
    expect(await ends()).toEqual({ 'gw-1': 'wiped', 'gw-2': 'quarantined' });
    expect(await archiveEmptied(world)).toEqual([]);
    await revokeDevice(world, 'user:ana', { device: 'gw-2', reason: 'stolen' });
    expect(await archiveEmptied(world)).toEqual(['north']);
  });

  it('opens again as long as devices are there; those that went stay gone', async () => {
    await close();
    await leaves('gw-1');
    expect(await world.tx((tx) => reopenSite(tx, world, 'user:ana', 'north'))).toMatchObject({ stay: ['gw-2'] });
    expect([await stateNow(), await settingsOf('gw-2')]).toEqual(['open', {}]);
    expect(await ends()).toEqual({ 'gw-1': 'wiped', 'gw-2': 'stays' });
    const gone = world.tx((tx) => takeBackRetirement(tx, world, 'user:ana', 'gw-1'));
    await expect(gone).rejects.toMatchObject({ code: 'device_wiped' });
  });

  it('keeps the order beside whatever is assigned afterwards', async () => {
    await close();
    await world.tx((tx) =>
      assignModel(tx, world, 'user:ana', { device: 'gw-1', model: MODEL, version: '1.0.0', cause: 'direct' }),
    );
    expect(await settingsOf('gw-1')).toEqual({ retire: 1 });
  });
});

describe('a device that says it is leaving', () => {
  it('and was never told to is not believed', async () => {
    await world.reports('gw-1', { retired: 'wiped', assignmentSeq: 5 });
    expect(await getDevice(world.database.db, 'gw-1')).toMatchObject({ standing: 'active' });
  });

  it('by an assignment from before the order is not believed either', async () => {
    await close();
    await world.reports('gw-1', { retired: 'wiped', assignmentSeq: 0 });
    expect(await ends()).toEqual({ 'gw-1': 'silent', 'gw-2': 'silent' });
  });
});
