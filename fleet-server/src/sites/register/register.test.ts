import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { list } from '../../platform/audit/index.ts';
import { enrolList, getSite, listSites, putSite, zoneNamed, type ListedDevice } from './index.ts';
import { createSiteHome, type SiteHome, type SiteWorld } from './testing/site-world.ts';

let home: SiteHome;
let world: SiteWorld;
beforeAll(async () => {
  home = await createSiteHome();
});
afterAll(() => home.close());
beforeEach(async () => {
  world = await home.open();
});
afterEach(() => world.close());

const put = (change: Parameters<typeof putSite>[2]) => world.tx((tx) => putSite(tx, 'user:ana', change));
const listed = (rows: (Partial<ListedDevice> & { site: string; device: string })[]) =>
  enrolList(
    world,
    'user:ana',
    rows.map((row, i) => ({ tags: [], lifetimeMs: 60_000, line: i + 2, ...row })),
  );
const audited = async () => (await list(world.database.db)).rows.map(({ action, subject }) => `${action} ${subject}`);

describe('a site', () => {
  it('that only a device names stands at the defaults', async () => {
    await world.enrolled('gw-1', 'north');
    expect(await listSites(world.database.db)).toEqual([
      {
        id: 'north',
        zone: 'UTC',
        region: '',
        state: 'open',
        costPerMb: null,
        note: '',
        gateway: null,
        revision: 0,
        createdAt: null,
        closingAt: null,
        deadlineAt: null,
        closedAt: null,
      },
    ]);
    await expect(getSite(world.database.db, 'south')).rejects.toMatchObject({ code: 'site_unknown', field: 'site' });
  });

  it('is written, changed in what was said, and audited; what changes nothing is not written', async () => {
    const first = await put({ id: 'north', zone: 'europe/berlin', costPerMb: 0.4 });
    expect(first).toMatchObject({ zone: 'Europe/Berlin', region: '', costPerMb: 0.4, revision: 1 });
    const second = await put({ id: 'north', region: 'rhine', costPerMb: null });
    expect(second).toMatchObject({ zone: 'Europe/Berlin', region: 'rhine', costPerMb: null, revision: 2 });
    expect(await put({ id: 'north', region: 'rhine' })).toEqual(second);
    expect(await audited()).toEqual(expect.arrayContaining(['sites.create site:north', 'sites.update site:north']));
    expect((await audited()).filter((one) => one.startsWith('sites.'))).toHaveLength(2);
  });

  it('says where its gateway answers, as an origin, until somebody takes it back', async () => {
    expect(await put({ id: 'north', gateway: 'https://GW.north:8420/v1' })).toMatchObject({
      gateway: 'https://gw.north:8420',
    });
    expect(await put({ id: 'north', note: 'x' })).toMatchObject({ gateway: 'https://gw.north:8420' });
    expect(await put({ id: 'north', gateway: null })).toMatchObject({ gateway: null });
  });

  it('is not overwritten by whoever read it before somebody else changed it', async () => {
    await put({ id: 'north', expectedRevision: 0 });
    await put({ id: 'north', region: 'rhine', expectedRevision: 1 });
    const late = put({ id: 'north', region: 'alps', expectedRevision: 1 });
    await expect(late).rejects.toMatchObject({ code: 'site_changed_meanwhile', kind: 'conflict', expected: '2' });
    expect(await getSite(world.database.db, 'north')).toMatchObject({ region: 'rhine' });
  });

  it.each([
    ['zone', { zone: 'Europe/Atlantis' }],
    ['zone', { zone: '+02:00' }],
    ['zone', { zone: '' }],
    ['region', { region: 'x'.repeat(65) }],
    ['region', { region: 'a\nb' }],
    ['costPerMb', { costPerMb: -1 }],
    ['costPerMb', { costPerMb: Number.NaN }],
    ['note', { note: 'x'.repeat(501) }],
    ['gateway', { gateway: 'http://gw.north:8420' }],
    ['gateway', { gateway: 'gw.north' }],
    ['gateway', { gateway: `https://${'x'.repeat(300)}` }],
    ['id', { id: 'North Site' }],
  ])('is refused for its %s when that is %o', async (field, change) => {
    await expect(put({ id: 'north', ...change })).rejects.toMatchObject({ code: 'site_invalid', field });
    expect(await listSites(world.database.db)).toEqual([]);
  });

  it('lies in a zone by its IANA name, whatever its case', () => {
    expect(['utc', 'America/St_Johns', 'asia/tokyo'].map(zoneNamed)).toEqual(['UTC', 'America/St_Johns', 'Asia/Tokyo']);
    expect(['-05:00', 'CEST?', 'Mars/Olympus', ' UTC'].map(zoneNamed)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('a list of devices to be', () => {
  it('writes their sites into the register, each once', async () => {
    const { tokens, sites } = await listed([
      { site: 'north', device: 'gw-1', zone: 'Europe/Oslo', region: 'fjord' },
      { site: 'north', device: 'gw-2' },
      { site: 'south', device: 'gw-3' },
    ]);
    expect(tokens.map(({ device }) => device)).toEqual(['gw-1', 'gw-2', 'gw-3']);
    expect(sites).toEqual(['north', 'south']);
    expect(await listSites(world.database.db)).toMatchObject([
      { id: 'north', zone: 'Europe/Oslo', region: 'fjord', revision: 1 },
      { id: 'south', zone: 'UTC', revision: 1 },
    ]);
    expect((await listed([{ site: 'north', device: 'gw-4', zone: 'europe/oslo' }])).sites).toEqual([]);
  });

  it('that contradicts itself or the register makes nothing, and every such line is named', async () => {
    await put({ id: 'north', zone: 'Europe/Oslo' });
    const mixed = listed([
      { site: 'north', device: 'gw-1', zone: 'UTC' },
      { site: 'south', device: 'gw-2', region: 'alps' },
      { site: 'south', device: 'gw-3', region: 'rhine' },
      { site: 'east', device: 'gw-4', zone: 'Nowhere' },
    ]);
    await expect(mixed).rejects.toMatchObject({ code: 'tokens_invalid', field: 'tokens' });
    const message = await mixed.catch((error: Error) => error.message);
    for (const said of ['line 2: zone', 'line 4: region', 'line 5: zone']) expect(message).toContain(said);
    expect((await listSites(world.database.db)).map(({ id }) => id)).toEqual(['north']);
  });

  it('of 2,000 gives 2,000 codes that differ, and as many sites', async () => {
    const rows = Array.from({ length: 2000 }, (_, i) => ({
      site: `site-${i}`,
      device: `gw-${i}`,
      zone: 'Europe/Oslo',
    }));
    const { tokens, sites } = await listed(rows);
    expect([new Set(tokens.map(({ code }) => code)).size, sites.length]).toEqual([2000, 2000]);
  });
});
