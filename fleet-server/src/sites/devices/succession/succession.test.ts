import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../../platform/audit/index.ts';
import { deviceGroups, eq, groupDevices, streams, successions } from '../../../platform/db/index.ts';
import { createSiteHome, type SiteHome, type SiteWorld } from '../../register/testing/site-world.ts';
import { assignModel } from '../assign.ts';
import { getDevice } from '../describe.ts';
import { signer } from '../testing/device-world.ts';
import { moveDevice } from './move.ts';
import { replaceDevice } from './replace.ts';
import { settleSuccession } from './settle.ts';

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
  await world.enrolled('gw-1', 'north', ['crane']);
});
afterEach(() => world.close());

const replace = (device: string, old = 'gw-1') =>
  world.tx((tx) => replaceDevice(tx, world, 'user:ana', { old, device, lifetimeMs: DAY_MS }));
const move = (site: string, name?: string) =>
  world.tx((tx) => moveDevice(tx, world, 'user:ana', { device: 'gw-1', site, name, lifetimeMs: DAY_MS }));
const standing = async (device: string) => {
  const { standing: now, standingReason } = await getDevice(world.database.db, device);
  return [now, standingReason];
};

describe('a gateway that is replaced', () => {
  it('goes on until the new one has enrolled, and is put out then', async () => {
    const { token, unsent } = await replace('gw-2');
    expect([token.site, token.tags, token.profile, unsent]).toEqual(['north', ['crane'], 'linux-x64-dev', []]);
    expect(await settleSuccession(world, 'gw-2')).toBeUndefined();
    expect(await standing('gw-1')).toEqual(['active', undefined]);
    await world.use(token.code, signer(50));
    expect(await settleSuccession(world, 'gw-2')).toBe('gw-1');
    expect(await standing('gw-1')).toEqual(['revoked', 'replaced by gw-2']);
    expect(await getDevice(world.database.db, 'gw-2')).toMatchObject({ site: 'north', tags: ['crane'] });
    // The event may be heard twice.
    expect(await settleSuccession(world, 'gw-2')).toBeUndefined();
  });

  it('takes its rows with it, and that is said by class', async () => {
    await world.reports('gw-1', {
      outbox: { entries: { waiting: 5, lastSeq: 12 }, predictions: { waiting: 9, lastSeq: 40 } },
    });
    const stream = { device: 'gw-1', site: 'north', rows: 7, rejected: 0, gapped: 0 };
    await world.tx((tx) =>
      tx.insert(streams).values([
        { ...stream, id: 's1-entries', class: 'entries', highWater: 10 },
        { ...stream, id: 's1-predictions', class: 'predictions', highWater: 44 },
      ]),
    );
    const { token, unsent } = await replace('gw-2');
    // Two entries are missing; of predictions more have come than the last report knew of.
    expect(unsent).toEqual([{ class: 'entries', rows: 2 }]);
    await world.use(token.code, signer(50));
    await settleSuccession(world, 'gw-2');
    expect(await standing('gw-1')).toEqual([
      'revoked',
      'replaced by gw-2; at least 2 rows were never sent (entries 2)',
    ]);
    const [row] = await world.database.db.select().from(successions).where(eq(successions.device, 'gw-2'));
    expect(row).toMatchObject({ old: 'gw-1', doneAt: world.now(), unsent: '[{"class":"entries","rows":2}]' });
  });

  it('leaves its place in lists of devices to the new one, and says which model could not follow', async () => {
    const at = { note: '', revision: 1, createdAt: 0, updatedAt: 0, updatedBy: 'user:ana' };
    await world.tx(async (tx) => {
      await tx.insert(deviceGroups).values({ name: 'pilots', selector: null, ...at });
      await tx.insert(groupDevices).values({ group: 'pilots', device: 'gw-1' });
      await assignModel(tx, world, 'user:ana', { device: 'gw-1', model: MODEL, version: '1.0.0', cause: 'direct' });
    });
    const { token } = await replace('gw-2');
    await world.use(token.code, signer(50));
    await settleSuccession(world, 'gw-2');
    const members = await world.database.db.select().from(groupDevices);
    expect(members.map(({ device }) => device)).toEqual(['gw-1', 'gw-2']);
    const [done] = (await list(world.database.db)).rows.filter(({ action }) => action === 'devices.succeed');
    expect(done).toMatchObject({ details: { old: 'gw-1', assigned: {}, leftOut: { delay: 'model_unknown' } } });
  });

  it('is replaced by the last one that was ordered; the code before opens nothing', async () => {
    const first = await replace('gw-2');
    const second = await replace('gw-3');
    await expect(world.use(first.token.code, signer(50))).rejects.toMatchObject({ code: 'token_unknown' });
    await world.use(second.token.code, signer(51));
    expect(await settleSuccession(world, 'gw-3')).toBe('gw-1');
    await expect(replace('gw-4')).rejects.toMatchObject({ code: 'device_succeeded', field: 'device' });
  });

  it.each([
    ['by itself', 'gw-1', 'gw-1', 'device_exists'],
    ['though nobody knows it', 'gw-2', 'gw-7', 'device_unknown'],
    ['by a name that is none', 'GW 2', 'gw-1', 'name_invalid'],
  ])('is not replaced %s', async (_how, device, old, code) => {
    await expect(replace(device, old)).rejects.toMatchObject({ code });
    expect(await world.database.db.select().from(successions)).toEqual([]);
  });
});

describe('a gateway that moves', () => {
  it('is told to leave, comes back under another name, and its past stays where it was', async () => {
    const { token, seq } = await move('south');
    expect([token.site, token.device, seq]).toEqual(['south', 'gw-1-south', 1]);
    await world.reports('gw-1', { assignmentSeq: seq, retired: 'wiped' });
    expect(await standing('gw-1')).toEqual(['revoked', 'left: move']);
    await world.use(token.code, signer(50));
    expect(await settleSuccession(world, 'gw-1-south')).toBe('gw-1');
    expect(await getDevice(world.database.db, 'gw-1-south')).toMatchObject({ site: 'south', tags: ['crane'] });
    expect(await getDevice(world.database.db, 'gw-1')).toMatchObject({ site: 'north', standing: 'revoked' });
  });

  it('that never handed over is put out when its successor enrols, and that is said', async () => {
    await world.reports('gw-1', { outbox: { entries: { waiting: 1, lastSeq: 1 } } });
    const { token } = await move('south', 'gw-south');
    await world.use(token.code, signer(50));
    await settleSuccession(world, 'gw-south');
    expect(await standing('gw-1')).toEqual([
      'revoked',
      'moved to site south as gw-south; at least 1 rows were never sent (entries 1)',
    ]);
  });

  it.each([
    ['where it is', 'north', undefined, 'site_same'],
    ['under a name that is none', 'south', 'No', 'name_invalid'],
    ['to a site that is none', 'South!', 'gw-2', 'name_invalid'],
  ])('does not move %s', async (_where, site, name, code) => {
    await expect(move(site, name)).rejects.toMatchObject({ code });
    expect((await getDevice(world.database.db, 'gw-1')).assignedSeq).toBe(0);
  });
});
