import { and, eq, modelVersions, retrainingTurns, type Database, type Db } from '../../../platform/db/index.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  advanceRollouts,
  getRollout,
  listMembers,
  listRollouts,
  putPolicy,
  resumeRollout,
  stopRollout,
} from '../../../delivery/rollouts/index.ts';
import { createRolloutWorld, type RolloutWorld } from '../../../delivery/rollouts/testing/rollout-world.ts';
import { list as listAudit } from '../../../platform/audit/index.ts';
import { resumeAutomation, stopAutomation } from '../automation/switch.ts';
import { retrainPolicy } from '../policy/policy.ts';
import { moveTurn, openTurn } from './record.ts';
import { createRetrainer, type RetrainerDeps } from './retrainer.ts';
import { getTurn, type Turn } from './turn.ts';

const FLEET = ['gw-1', 'gw-2', 'gw-3'];
const CANDIDATE = '1.1.0';
const POLICY = retrainPolicy.parse({
  line: 'delay',
  dataset: 'site-history@1',
  mode: 'rollout',
  on: { everyDays: 30 },
  rolloutPolicy: 'in-two',
});
let world: RolloutWorld;
/** What the loop could not do, and says of it. */
let warned: string[];
/** The last audit row of before. */
let heard: number;

beforeAll(async () => {
  world = await createRolloutWorld();
  const spec = {
    stages: [
      { name: 'canary', size: { count: 1 } },
      { name: 'all', size: { percent: 100 } },
    ],
    gates: { minimum: 1, proven: { atLeast: 1 } },
  };
  await world.deps.database.transaction((tx) => putPolicy(tx, 'user:ana', { name: 'in-two', spec }));
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(begin);

async function begin(): Promise<void> {
  warned = [];
  heard = (await listAudit(db(), { limit: 1 })).rows[0]?.id ?? 0;
  await world.reset();
  await world.deps.database.transaction((tx) => tx.delete(retrainingTurns));
  await world.addDevices(FLEET);
}

/** A server over this database: an examination would need a model lab, and none is begun here. */
function serve(database: Database = world.deps.database) {
  const evidence = { findings: async () => [], holds: async () => [] };
  const log = { warn: (about: { code: string }) => warned.push(about.code), error: () => undefined };
  return createRetrainer({ ...world.deps, database, evidence, log } as unknown as RetrainerDeps);
}

/** A turn whose winner has been submitted. */
async function submitted(change: Partial<typeof POLICY> = {}): Promise<Turn> {
  const decision = { open: true as const, cause: 'time' as const, sentence: '30 days', findings: [] };
  const policy = { ...POLICY, ...change };
  const turn = await openTurn(world.deps, 'system:retraining', { policy, champion: '1.0.0', tries: 1, decision });
  const says = 'delay@1.1.0 awaits its second signature';
  const moved = await moveTurn(world.deps, 'system:retraining', turn, 'submitted', { says, candidate: CANDIDATE });
  return moved!;
}

const db = () => world.deps.database.db;
const stateOf = async ({ id }: Turn) => (await getTurn(db(), id)).state;
const statusOf = async () => (await listRollouts(db())).map(({ state }) => state.status);

/** Devices try what they were given and prove it, and the server looks at the rollout. */
async function roll(): Promise<void> {
  await advanceRollouts(world.deps);
  for (const { state, id } of await listRollouts(db())) {
    if (state.status !== 'running') continue;
    for (const { device, assignmentSeq, outcome } of await listMembers(db(), id)) {
      if (assignmentSeq !== null && outcome === null) await world.prove(device);
    }
  }
}

/** Looks until the turn is over. */
async function goOn(turn: Turn, database?: Database): Promise<void> {
  for (let look = 0; look < 12; look += 1) {
    const { endedAt } = await getTurn(db(), turn.id);
    if (endedAt !== null) return;
    await serve(database).look();
    await roll();
  }
  throw new Error('no end');
}

/** All that came of it since `begin`, as people and devices see it. */
async function came() {
  const [rollout, ...others] = await listRollouts(db());
  const given = await Promise.all(FLEET.map(async (one) => (await world.given(one)).map(({ version }) => version)));
  const { rows } = await listAudit(db(), { limit: 100 });
  const steps = rows.filter(({ id }) => id > heard).map(({ action, details }) => `${action} ${String(details['to'])}`);
  // A rollout gives beside what is written down of its turn.
  return { others, state: rollout?.state.status, given, steps: steps.toSorted() };
}

describe('a turn whose policy says rollout', () => {
  it('goes by the stages of the policy that it names to everybody, once its candidate is signed', async () => {
    const turn = await submitted();
    await serve().look();
    expect(await stateOf(turn)).toBe('rolling-out');
    const { rollout } = await getTurn(db(), turn.id);
    const { plan, author } = await getRollout(db(), rollout ?? '');
    expect([author, plan.stages.map(({ name }) => name)]).toEqual(['system:retraining', ['canary', 'all']]);
    await goOn(turn);
    expect(await getTurn(db(), turn.id)).toMatchObject({ state: 'completed', candidate: CANDIDATE });
    expect(await came()).toMatchObject({ others: [], state: 'completed', given: FLEET.map(() => [CANDIDATE]) });
  });

  it('waits while nobody has signed, and ends where the candidate is refused', async () => {
    const turn = await submitted();
    const of = and(eq(modelVersions.line, 'delay'), eq(modelVersions.version, CANDIDATE));
    const set = (state: 'awaiting-approval' | 'refused') =>
      world.deps.database.transaction((tx) => tx.update(modelVersions).set({ state }).where(of));
    await set('awaiting-approval');
    await serve().look();
    expect([await stateOf(turn), await statusOf()]).toEqual(['awaiting-approval', []]);
    await set('refused');
    await serve().look();
    expect([await stateOf(turn), await statusOf()]).toEqual(['stopped', []]);
  });

  it('ends with the rollout that a person stops, and fails where nobody is there to be given it', async () => {
    const turn = await submitted();
    await serve().look();
    const [rollout] = await listRollouts(db());
    await stopRollout(world.deps, 'user:bo', rollout!.id, { reason: 'not now' });
    await serve().look();
    expect(await getTurn(db(), turn.id)).toMatchObject({ state: 'stopped', says: expect.stringContaining('not now') });
    await begin();
    const other = await submitted();
    await world.reset();
    await serve().look();
    expect(await getTurn(db(), other.id)).toMatchObject({
      state: 'failed',
      says: expect.stringContaining('rollout_selects_nobody'),
    });
  });
});

describe('a server that ends in such a turn', () => {
  it('at any of its transactions is followed by one that makes nothing twice and leaves nothing out', async () => {
    const whole = dying(world.deps.database, Infinity, 'before');
    await goOn(await submitted(), whole.database);
    const plain = await came();
    expect(plain).toMatchObject({ others: [], state: 'completed', given: FLEET.map(() => [CANDIDATE]) });
    const ends = Array.from({ length: whole.counted.transactions }, (_, i) => i + 1);
    expect(ends.length).toBeGreaterThan(3);
    for (const when of ['before', 'after'] as const) {
      for (const at of ends) {
        await begin();
        const turn = await submitted();
        await expect(goOn(turn, dying(world.deps.database, at, when).database)).rejects.toThrow('killed');
        await goOn(turn);
        expect({ when, at, ...(await came()) }).toEqual({ when, at, ...plain });
      }
    }
  });
});

const stop = () => stopAutomation(world.deps, 'user:ana', 'incident 7');

describe('the switch', () => {
  afterEach(() => resumeAutomation(world.deps, 'user:ana', 'mended'));

  it('leaves a candidate waiting, signed or not, and it is rolled out once things go on', async () => {
    const turn = await submitted();
    await stop();
    for (let look = 0; look < 3; look += 1) await serve().look();
    expect([await stateOf(turn), await statusOf()]).toEqual(['awaiting-approval', []]);
    await resumeAutomation(world.deps, 'user:ana', 'mended');
    await serve().look();
    expect([await stateOf(turn), await statusOf()]).toEqual(['rolling-out', ['running']]);
    await stop();
  });

  it('pauses what is being rolled out, gives nobody more, and a person resumes it', async () => {
    const turn = await submitted();
    await serve().look();
    await stop();
    await serve().look();
    for (let look = 0; look < 3; look += 1) await roll();
    expect([await stateOf(turn), await statusOf()]).toEqual(['rolling-out', ['paused']]);
    expect((await came()).given.flat()).toHaveLength(1);
    await resumeAutomation(world.deps, 'user:ana', 'mended');
    await serve().look();
    expect(await statusOf()).toEqual(['paused']);
    const [rollout] = await listRollouts(db());
    await resumeRollout(world.deps, 'user:ana', rollout!.id, { reason: 'mended' });
    await goOn(turn);
    expect(await came()).toMatchObject({ others: [], state: 'completed', given: FLEET.map(() => [CANDIDATE]) });
    await stop();
  });

  it('pauses a rollout of which a server that ended could not write down that it had begun', async () => {
    const turn = await submitted();
    const whole = dying(world.deps.database, Infinity, 'before');
    await serve(whole.database).look();
    await begin();
    const again = await submitted();
    const last = dying(world.deps.database, whole.counted.transactions, 'before').database;
    await expect(serve(last).look()).rejects.toThrow('killed');
    expect([turn.id === again.id, await stateOf(again), await statusOf()]).toEqual([
      false,
      'awaiting-approval',
      ['running'],
    ]);
    await stop();
    await serve().look();
    expect([await stateOf(again), await statusOf()]).toEqual(['awaiting-approval', ['paused']]);
  });

  it('leaves no candidate behind that a server which ended had submitted, and ends what had none', async () => {
    const decision = { open: true as const, cause: 'time' as const, sentence: '30 days', findings: [] };
    const of = { policy: POLICY, champion: '1.0.0', tries: 1, decision };
    const turn = await openTurn(world.deps, 'system:retraining', of);
    const release = and(eq(modelVersions.line, 'delay'), eq(modelVersions.version, CANDIDATE));
    const card = (text: string) =>
      world.deps.database.transaction((tx) => tx.update(modelVersions).set({ card: text }).where(release));
    await card(JSON.stringify({ turn: turn.id }));
    await stop();
    await serve().look();
    expect(await getTurn(db(), turn.id)).toMatchObject({ state: 'awaiting-approval', candidate: CANDIDATE });
    await card('{}');
    await begin();
    const other = await openTurn(world.deps, 'system:retraining', of);
    await serve().look();
    expect(await getTurn(db(), other.id)).toMatchObject({
      state: 'stopped',
      says: expect.stringContaining('incident 7'),
    });
  });

  it('is thrown over every turn, whatever one of them says', async () => {
    const broken = await submitted();
    const lost = { state: 'rolling-out' as const, rollout: 'r-gone', line: 'cost' };
    const change = (tx: Db) => tx.update(retrainingTurns).set(lost).where(eq(retrainingTurns.id, broken.id));
    await world.deps.database.transaction(async (tx) => void (await change(tx)));
    const turn = await submitted();
    await stop();
    await serve().look();
    expect(warned).toEqual(['rollout_unknown']);
    expect([await stateOf(broken), await stateOf(turn)]).toEqual(['rolling-out', 'awaiting-approval']);
  });
});

/** The server dies at its k-th transaction: before the commit, or after it and before anybody hears of it. */
function dying(database: Database, at: number, when: 'before' | 'after') {
  const counted = { transactions: 0 };
  const transaction: Database['transaction'] = async (work) => {
    counted.transactions += 1;
    const dies = counted.transactions === at;
    const value = await database.transaction(async (tx) => {
      const made = await work(tx);
      if (dies && when === 'before') throw new Error('killed');
      return made;
    });
    if (dies) throw new Error('killed');
    return value;
  };
  return { counted, database: { ...database, db: database.db, transaction } };
}
