import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SiteLogEntry } from '@plumbline/shared/activity';
import { createSeededRandom } from '@plumbline/shared/testing';
import { eq, modelVariants, telemetry } from '../../platform/db/index.ts';
import { appendEntries } from '../../sites/activities/index.ts';
import { advanceRollout, createRollout, getRollout, listDecisions, listMembers, startRollout } from './index.ts';
import { createRolloutWorld, type RolloutWorld } from './testing/rollout-world.ts';

const HOUR_MS = 3_600_000;
const SITES = 40;
const ACTIVITIES = 12;
let world: RolloutWorld;

beforeEach(async () => {
  world = await createRolloutWorld();
});
afterEach(() => world[Symbol.asyncDispose]());

/** Half of the sites have the candidate; a day later it is known what became of a dozen activities on each site. */
async function rollOut(candidateScore: (isLate: boolean) => number): Promise<string> {
  const { deps, clock } = world;
  for (let i = 0; i < SITES; i += 1) await world.addDevices([`gw-${i}`], { site: `site-${i}` });
  const { id } = await createRollout(deps, 'user:ana', {
    line: 'delay',
    version: '1.1.0',
    stages: [
      { name: 'canary', size: { percent: 50 }, soak: '1h', deadline: '10d' },
      { name: 'all', size: { percent: 100 }, soak: '1h' },
    ],
    gates: { minimum: 3, quality: { worseBy: 0.02 } },
  });
  await startRollout(deps, 'user:ana', id);
  const canary = new Set((await listMembers(deps.database.db, id)).map(({ device }) => device));
  for (const device of canary) await world.prove(device);
  await clock.advance(HOUR_MS);
  for (let i = 0; i < SITES; i += 1) {
    const isCandidate = canary.has(`gw-${i}`);
    await work(`site-${i}`, `gw-${i}`, isCandidate ? '1.1.0' : '1.0.0', isCandidate ? candidateScore : champion);
  }
  await clock.advance(24 * HOUR_MS);
  await advanceRollout(deps, id);
  return id;
}

const champion = (isLate: boolean): number => (isLate ? 0.7 : 0.3);

/** Activities of a site as they were planned, predicted and ended. */
async function work(site: string, device: string, version: string, scoreOf: (isLate: boolean) => number) {
  const now = world.clock.now();
  const dueAt = now + HOUR_MS;
  const chances = createSeededRandom(Number(site.slice(5)) + 1).bytes(ACTIVITIES);
  const sha256 = await archiveOf(version);
  const activities = [...chances].map((chance, i) => ({
    label: chance < 128 ? (1 as const) : (0 as const),
    activity: `${site}-${i}`,
  }));
  await world.deps.database.transaction(async (tx) => {
    const log = activities.flatMap(({ label, activity }): SiteLogEntry[] => {
      const head = { activity, base: null, actor: 'ana' };
      return [
        { ...head, id: `plan-of-${activity}`, at: now, field: 'plan', value: { startAt: now, dueAt, values: {} } },
        { ...head, id: `end-of-${activity}`, at: dueAt, field: 'outcome', value: { label, observedAt: dueAt } },
      ];
    });
    await appendEntries(tx, site, log);
    const row = { device, site, kind: 'prediction', line: 'delay', body: '{}', receivedAt: now, stream: device };
    const said = activities.map(({ label, activity }, i) => ({ activity, score: scoreOf(label === 1), seq: i + 1 }));
    await tx.insert(telemetry).values(said.map((one) => ({ ...row, ...one, version, sha256, at: now, asOf: now })));
  });
}

async function archiveOf(version: string): Promise<string> {
  const { db } = world.deps.database;
  const [row] = await db.select().from(modelVariants).where(eq(modelVariants.version, version));
  if (row === undefined) throw new Error(`no bundle of ${version}`);
  return row.archive;
}

const stateOf = async (id: string) => (await getRollout(world.deps.database.db, id)).state;
const lastOf = async (id: string) => (await listDecisions(world.deps.database.db, id)).at(-1);

describe('a candidate judged by what became of its predictions', () => {
  it('that is worse than the model in force stops in the canary, and says by how much and on how many outcomes', async () => {
    const id = await rollOut((isLate) => (isLate ? 0.3 : 0.7));
    expect(await stateOf(id)).toMatchObject({ status: 'paused', stage: 0 });
    const last = await lastOf(id);
    expect(last?.verdict).toBe('fail');
    expect(last?.sentence).toMatch(/Brier score 0\.4 worse than the champion's on 240 and 240 outcomes/);
  });

  it('that is as good goes on', async () => {
    const id = await rollOut(champion);
    expect(await stateOf(id)).toMatchObject({ status: 'running', stage: 0 });
    expect((await lastOf(id))?.verdict).toBe('pass');
  });
});
