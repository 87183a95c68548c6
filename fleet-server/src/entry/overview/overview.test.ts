import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import type { overviewView } from '@plumbline/shared/api/overview';
import type { predictionPageView } from '@plumbline/shared/api/insight';
import type { devicePageView } from '@plumbline/shared/api/sites';
import { createSeededRandom, createVirtualClock } from '@plumbline/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../config.ts';
import {
  alerts,
  deviceLines,
  devices,
  driftFindings,
  sites,
  sql,
  streams,
  telemetry,
} from '../../platform/db/index.ts';
import { createFleetServer, type FleetServer } from '../../server.ts';
import { freezeFleet, type DeviceState } from '../../sites/devices/index.ts';
import { createHttpApp, type App } from '../http/index.ts';
import { checkedAnswers } from '../testing/checked-answers.ts';

const DEVICES = 10_000;
const SITES = 40;
const NOON = Date.parse('2026-05-04T12:00:00Z');
const MIDNIGHT = Date.parse('2026-05-04T00:00:00Z');
const clock = createVirtualClock(NOON);
const { next: random } = createSeededRandom(9);
let folder: string;
let server: FleetServer;
let app: App;
let seeded: { id: string; site: string; state: DeviceState; tags: string[]; version: string | null }[];

const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;

function seed() {
  return Array.from({ length: DEVICES }, (_, index) => ({
    id: `gw-${String(index).padStart(5, '0')}`,
    site: `site-${index % SITES}`,
    state: pick(['online', 'online', 'online', 'failing', 'offline', 'never-seen', 'quarantined', 'revoked'] as const),
    tags: index % 100 === 0 ? ['crane', '100%'] : [],
    version: pick([null, '1.0.0', '1.1.0']),
  }));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-overview-'));
  const config = readConfig({
    PLUMBLINE_STATE: folder,
    PLUMBLINE_DEVELOPMENT: '1',
    PLUMBLINE_HTTP_PORT: '0',
    PLUMBLINE_MQTT_PORT: '0',
    PLUMBLINE_LOG_LEVEL: 'silent',
  });
  server = await createFleetServer(config, { advanceByTimer: false, clock });
  app = checkedAnswers(createHttpApp(server.fleet));
  seeded = seed();
  await server.fleet.database.transaction(async (tx) => {
    for (let at = 0; at < DEVICES; at += 500) {
      const part = seeded.slice(at, at + 500);
      await tx.insert(devices).values(part.map(rowOf));
      await tx.insert(deviceLines).values(part.filter(({ version }) => version !== null).map(lineOf));
    }
    await tx.insert(sites).values([siteOf('site-0', 'closing'), siteOf('bare', 'open'), siteOf('old', 'archived')]);
    await tx.insert(streams).values({
      id: 's',
      device: 'd',
      site: 'site-1',
      class: 'predictions',
      highWater: 5,
      rows: 5,
      rejected: 0,
      gapped: 0,
    });
    await tx
      .insert(telemetry)
      .values([
        predictionOf(1, 'delay', 'site-1', MIDNIGHT),
        predictionOf(2, 'delay', 'site-2', NOON),
        predictionOf(3, 'delay', 'site-2', MIDNIGHT - 1),
        predictionOf(4, 'iris', 'site-2', NOON),
        { ...predictionOf(5, 'delay', 'site-2', NOON), kind: 'outcome' },
      ]);
    await tx
      .insert(alerts)
      .values([
        alertOf('a', 'device_silent', { clearedAt: null }),
        alertOf('b', 'device_cloned', { acknowledgedAt: NOON, acknowledgedBy: 'user:bo' }),
        alertOf('c', 'drift', { clearedAt: NOON }),
      ]);
    await tx
      .insert(driftFindings)
      .values([findingOf('f', 1, 1, 100), findingOf('g', 1, 1, 50), findingOf('h', 0, 1, 1), findingOf('i', 1, 0, 1)]);
  });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

function rowOf({ id, site, state, tags }: (typeof seeded)[number]): typeof devices.$inferInsert {
  const isConnected = state === 'online' || state === 'failing';
  return {
    id,
    site,
    profile: 'esp32-gateway',
    agent: '1.0.0',
    publicKey: JSON.stringify({ type: 'ed25519', public: 'ab'.repeat(32) }),
    keyId: 'ab'.repeat(32),
    tags: JSON.stringify(tags),
    enrolledAt: 1,
    lastSeenAt: state === 'never-seen' ? null : NOON,
    connection: isConnected ? 'nonce' : null,
    reportCounter: 0,
    assignedSeq: 0,
    standing: state === 'quarantined' || state === 'revoked' ? state : null,
  };
}

function lineOf({ id, state, version }: (typeof seeded)[number]): typeof deviceLines.$inferInsert {
  return {
    device: id,
    line: 'delay',
    state: state === 'failing' ? 'rolled-back' : 'committed',
    runningVersion: version,
    reportedAt: NOON,
  };
}

function siteOf(id: string, state: string): typeof sites.$inferInsert {
  return { id, zone: 'Europe/Berlin', region: '', state, note: '', revision: 1, createdAt: 1 };
}

function predictionOf(seq: number, line: string, site: string, at: number): typeof telemetry.$inferInsert {
  const said = { kind: 'prediction', at, line, version: '1.0.0', sha256: 'ab'.repeat(32), asOf: at, score: 0.5 };
  const body = JSON.stringify(said);
  return { stream: 's', seq, device: 'd', site, kind: 'prediction', at, line, body, receivedAt: at };
}

function alertOf(id: string, kind: string, rest: Partial<typeof alerts.$inferInsert>): typeof alerts.$inferInsert {
  const at = { raisedAt: 1, lastAt: 1 };
  return {
    id,
    kind,
    subject: 'device:gw-1',
    scope: 'device',
    sentence: 's',
    details: '{}',
    count: 1,
    told: 1,
    ...at,
    ...rest,
  };
}

function findingOf(id: string, standing: number, alarm: number, begunAt: number): typeof driftFindings.$inferInsert {
  const what = { subject: id, kind: 'score', line: 'delay', version: '1.0.0', scope: 'fleet', scopeId: '' };
  return { id, ...what, fromAt: 0, toAt: 1, alarm, standing, begunAt, body: '{}', judgedAt: 1 };
}

const get = async <T>(path: string): Promise<T> => {
  const response = await app.request(path, { headers: { authorization: `Bearer ${server.fleet.operatorToken}` } });
  expect(response.status).toBe(200);
  return (await response.json()) as T;
};
const listed = (query: Record<string, string>) =>
  get<z.infer<typeof devicePageView>>(`/api/v1/devices?${new URLSearchParams(query)}`);
const counted = (of: typeof seeded) =>
  Object.fromEntries(
    (['revoked', 'quarantined', 'never-seen', 'offline', 'failing', 'online'] as const).map((state) => [
      state,
      // A device without a line has none to fail on.
      of.filter((one) => stateOf(one) === state).length,
    ]),
  );
const stateOf = ({ state, version }: (typeof seeded)[number]) =>
  state === 'failing' && version === null ? 'online' : state;

describe('the overview', () => {
  it('shows what is there, each figure as SQL counts it', async () => {
    await freezeFleet(server.fleet, 'user:bo', 'storm');
    const overview = await get<z.infer<typeof overviewView>>('/api/v1/overview');
    const { db } = server.fleet.database;
    const [all] = await db.select({ number: sql<number>`count(*)` }).from(devices);
    expect(overview.devices).toEqual({ total: all?.number, byState: counted(seeded), toApprove: 0 });
    expect(overview.sites).toMatchObject({ total: SITES + 2, byStanding: { closing: 1, archived: 1, empty: 1 } });
    expect(Object.values(overview.sites.byStanding).reduce((sum, each) => sum + each)).toBe(SITES + 2);
    expect(overview.predictions).toEqual({ from: MIDNIGHT, today: 3 });
    expect(overview.alerts).toEqual({ open: 2, unacknowledged: 1, bySeverity: { critical: 1, warning: 0, notice: 1 } });
    expect(overview.drift).toEqual([{ line: 'delay', version: '1.0.0', findings: 2, since: 50 }]);
    expect(overview.freeze).toMatchObject({ reason: 'storm', actor: 'user:bo' });
    expect(overview.automationStop).toMatchObject({ by: 'freeze' });
    expect(overview).toMatchObject({ rollouts: [], approvals: { models: [], rollouts: 0 } });
  });
});

const predictions = (query: Record<string, string>) =>
  get<z.infer<typeof predictionPageView>>(`/api/v1/predictions?${new URLSearchParams(query)}`);

describe('the list of predictions', () => {
  it('is of a line, newest first, page by page', async () => {
    const first = await predictions({ line: 'delay', limit: '2' });
    expect(first.predictions.map(({ id }) => id)).toEqual(['s:2', 's:1']);
    const second = await predictions({ line: 'delay', limit: '2', cursor: first.next ?? '' });
    expect(second).toMatchObject({ predictions: [{ id: 's:3' }], next: null });
  });

  it('is of a device, of a site, and of a time', async () => {
    expect((await predictions({ device: 'd' })).predictions.map(({ id }) => id)).toEqual(['s:4', 's:2', 's:1', 's:3']);
    expect((await predictions({ line: 'delay', site: 'site-1' })).predictions.map(({ id }) => id)).toEqual(['s:1']);
    expect((await predictions({ line: 'delay', to: String(MIDNIGHT) })).predictions.map(({ id }) => id)).toEqual([
      's:3',
    ]);
  });
});

describe('the list of devices', () => {
  it.each([
    ['everything', {}, () => true],
    ['a state', { state: 'failing' }, (one) => stateOf(one) === 'failing'],
    ['a site', { site: 'site-7' }, ({ site }) => site === 'site-7'],
    ['a tag with a sign of LIKE', { tag: '100%' }, ({ tags }) => tags.includes('100%')],
    ['part of a name, in any case', { search: 'GW-0012' }, ({ id }) => id.includes('gw-0012')],
    ['a sign of LIKE that no name has', { search: 'gw_0' }, () => false],
    ['a running version', { line: 'delay', version: '1.1.0' }, ({ version }) => version === '1.1.0'],
    ['two at once', { state: 'online', site: 'site-3' }, (one) => stateOf(one) === 'online' && one.site === 'site-3'],
  ] satisfies [string, Record<string, string>, (one: (typeof seeded)[number]) => boolean][])(
    'finds %s, page by page, each device once',
    async (_what, query: Record<string, string>, holds: (one: (typeof seeded)[number]) => boolean) => {
      const expected = seeded.filter(holds);
      const found: string[] = [];
      let cursor: string | null = '';
      for (let pages = 0; cursor !== null && pages < 4; pages += 1) {
        const page: z.infer<typeof devicePageView> = await listed({
          ...query,
          limit: '100',
          ...(cursor === '' ? {} : { cursor }),
        });
        expect(page.total).toBe(expected.length);
        found.push(...page.devices.map(({ id }) => id));
        cursor = page.next;
      }
      expect(found).toEqual(expected.slice(0, 400).map(({ id }) => id));
      expect(cursor === null).toBe(expected.length <= 400);
    },
  );

  it('counts every state of what the filter finds, whichever one is chosen', async () => {
    const { counts, devices: page } = await listed({ site: 'site-7', state: 'offline', limit: '5' });
    expect(counts).toEqual(counted(seeded.filter(({ site }) => site === 'site-7')));
    expect(page.map(({ state }) => state)).toEqual(Array(5).fill('offline'));
  });

  it.each([
    ['no limit of its own', { limit: '501' }, 'limit'],
    ['a state nobody has', { state: 'asleep' }, 'state'],
    ['a filter nobody knows', { colour: 'red' }, 'colour'],
  ])('refuses %s', async (_what, query: Record<string, string>, field) => {
    const response = await app.request(`/api/v1/devices?${new URLSearchParams(query)}`, {
      headers: { authorization: `Bearer ${server.fleet.operatorToken}` },
    });
    expect(response.status).toBe(400);
    expect(JSON.stringify(await response.json())).toContain(field);
  });
});
