import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock } from '@plumbline/shared/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../config.ts';
import { rolloutPlan } from '../../../delivery/rollouts/index.ts';
import { alerts, rollouts } from '../../../platform/db/index.ts';
import { emit, type FleetEvent } from '../../../platform/outbox/index.ts';
import { createFleetServer, type FleetServer } from '../../../server.ts';
import { readServerEvents } from '../../cli/told/server-events.ts';
import { createPeople, type Browser } from '../../testing/people.ts';
import { createHttpApp } from '../index.ts';

const SITES = ['north', 'south'] as const;
/** What is told of a site, of a rollout and an alert there, and of things that are of the whole fleet. */
const HAPPENS: FleetEvent[] = [
  ...SITES.flatMap((site): FleetEvent[] => [
    { type: 'device.enrolled', site, device: `gw-${site}` },
    { type: 'site.closing', site },
    { type: 'rollout.transition', rollout: `r-${site}`, from: 'draft', to: 'running', reason: 'x' },
    { type: 'alert.raised', alert: `a-${site}`, kind: 'device_stale', subject: site, scope: 'device', sentence: site },
    { type: 'drift.alert', model: 'delay', site, reason: 'x' },
  ]),
  { type: 'device.replaced', site: 'south', device: 'gw-moved', old: 'gw-north-before' },
  { type: 'rollout.transition', rollout: 'r-everywhere', from: 'draft', to: 'running', reason: 'x' },
  { type: 'rollout.asks', rollout: 'r-nobody-has', stage: 0, what: 'approval', reason: 'x' },
  { type: 'drift.alert', model: 'delay', reason: 'of the whole fleet' },
  { type: 'dataset.registered', dataset: 'all-sites', version: 'ab', rows: 1 },
  { type: 'pipeline.run', pipeline: 'p', run: '1', from: '', to: 'running', reason: 'x' },
  { type: 'model.published', model: 'delay', version: '1.0.0', releaseCounter: 1 },
  { type: 'fleet.frozen', actor: 'user:ana', reason: 'x' },
];
const LAST: FleetEvent = { type: 'fleet.thawed', actor: 'user:ana', reason: 'the last' };

let folder: string;
let server: FleetServer;
let south: Browser;
let everywhere: Browser;
let people: ReturnType<typeof createPeople>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-told-'));
  const config = readConfig({
    PLUMBLINE_STATE: folder,
    PLUMBLINE_DEVELOPMENT: '1',
    PLUMBLINE_HTTP_PORT: '0',
    PLUMBLINE_MQTT_PORT: '0',
    PLUMBLINE_LOG_LEVEL: 'silent',
  });
  server = await createFleetServer(config, { advanceByTimer: false, clock: createVirtualClock() });
  const { fleet } = server;
  people = createPeople(createHttpApp(fleet), fleet.operatorToken);
  everywhere = await people.person('eva', 'viewer');
  south = await people.person('sven', 'viewer', ['south']);
  const written = { line: 'delay', version: '1.0.0', author: 'user:ana', revision: 0, createdAt: 1, updatedAt: 1 };
  const state = JSON.stringify({ status: 'draft', stage: 0, inner: 'pending', reason: '' });
  const about = { kind: 'device_stale', scope: 'device', sentence: 'x', raisedAt: 1, lastAt: 1, count: 1, told: 1 };
  await fleet.database.transaction(async (tx) => {
    for (const [id, selector] of [
      ['r-north', 'site = "north"'],
      ['r-south', 'site = "south"'],
      ['r-everywhere', undefined],
    ] as const) {
      const stages = [{ name: 'all', size: { percent: 100 }, ...(selector !== undefined && { selector }) }];
      const plan = JSON.stringify(rolloutPlan.parse({ line: 'delay', version: '1.0.0', stages }));
      await tx.insert(rollouts).values({ ...written, id, plan, state, status: 'draft' });
    }
    for (const site of SITES) {
      const details = JSON.stringify({ site });
      await tx.insert(alerts).values({ ...about, id: `a-${site}`, subject: `device:gw-${site}`, details });
    }
  });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** Bodies of everything that is heard up to the last. */
async function heardBy(as: Browser): Promise<{ type: string; data: Record<string, unknown> }[]> {
  const answer = await people.call('GET', '/events', { as });
  const stream = readServerEvents(answer.body as ReadableStream<Uint8Array>);
  await stream.next();
  await server.fleet.database.transaction(async (tx) => {
    for (const event of [...HAPPENS, LAST]) await emit(tx, event);
  });
  const heard: { type: string; data: Record<string, unknown> }[] = [];
  for await (const { data } of stream) {
    if (data === '') continue;
    heard.push(JSON.parse(data));
    if (heard.at(-1)?.type === LAST.type) break;
  }
  return heard;
}

describe('whoever has a role on one site', () => {
  it('hears of that site, of rollouts that stay there, of models and of the brake, and of nothing else', async () => {
    const heard = await heardBy(south);
    expect(heard.map(({ type }) => type)).toEqual([
      'device.enrolled',
      'site.closing',
      'rollout.transition',
      'alert.raised',
      'drift.alert',
      'model.published',
      'fleet.frozen',
      'fleet.thawed',
    ]);
    expect(JSON.stringify(heard)).not.toMatch(/north|everywhere|all-sites|whole fleet/);
  });

  it('would hear of everything with a role on all sites', async () => {
    const heard = await heardBy(everywhere);
    const told = HAPPENS.map(({ type, ...data }) => expect.objectContaining({ type, data }));
    expect(heard).toEqual(expect.arrayContaining(told));
  });
});
