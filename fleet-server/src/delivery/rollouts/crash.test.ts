import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../platform/db/index.ts';
import {
  advanceRollouts,
  createRollout,
  getRollout,
  listDecisions,
  listMembers,
  listRollouts,
  revertRollout,
  startRollout,
  type RolloutDeps,
} from './index.ts';
import { createRolloutWorld, type RolloutWorld } from './testing/rollout-world.ts';

const FLEET = ['gw-1', 'gw-2', 'gw-3'];
const PLAN = {
  line: 'delay',
  version: '1.1.0',
  stages: [
    { name: 'canary', size: { count: 1 } },
    { name: 'all', size: { percent: 100 } },
  ],
  gates: { minimum: 1, proven: { atLeast: 1 } },
};
let world: RolloutWorld;
beforeAll(async () => {
  world = await createRolloutWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

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

/** From the plan to the end of a rollout and back again, by whoever is there: whatever is missing is done next. */
async function goOn(deps: RolloutDeps): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) {
    const [rollout] = await listRollouts(deps.database.db);
    if (rollout === undefined) {
      await createRollout(deps, 'user:ana', PLAN);
      continue;
    }
    const { status } = rollout.state;
    if (status === 'draft') await startRollout(deps, 'user:ana', rollout.id);
    if (status === 'completed') await revertRollout(deps, 'user:ana', rollout.id, { reason: 'back' });
    await advanceRollouts(deps);
    for (const { device, assignmentSeq, outcome } of await listMembers(deps.database.db, rollout.id)) {
      if (assignmentSeq !== null && outcome === null && status !== 'reverted') await world.prove(device);
    }
    if (status === 'reverted') return;
  }
  throw new Error('no end');
}

async function ending() {
  const [rollout, ...others] = await listRollouts(world.deps.database.db);
  const members = await listMembers(world.deps.database.db, rollout?.id ?? '');
  const verdicts = (await listDecisions(world.deps.database.db, rollout?.id ?? '')).map(({ verdict }) => verdict);
  return {
    others: others.length,
    state: { ...(await getRollout(world.deps.database.db, rollout?.id ?? '')).state, openedAt: 0, since: 0 },
    members: members.map(({ device, stage, outcome: came }) => [device, stage, came]),
    given: await Promise.all(
      FLEET.map(async (device) => (await world.given(device)).map(({ version, counter }) => `${version} (${counter})`)),
    ),
    verdicts: verdicts.filter((one) => one !== 'inconclusive'),
  };
}

async function play(at: number, when: 'before' | 'after') {
  await world.reset();
  await world.addDevices(FLEET);
  const mortal = dying(world.deps.database, at, when);
  await goOn({ ...world.deps, database: mortal.database }).catch((error: unknown) => {
    if (!(error instanceof Error) || error.message !== 'killed') throw error;
  });
  const died = mortal.counted.transactions >= at;
  if (died) await goOn(world.deps);
  return { died, ended: await ending() };
}

describe('a server that is killed', () => {
  it.each(['before', 'after'] as const)('%s any commit goes on without a doubled or lost step', async (when) => {
    const { ended: undisturbed } = await play(Infinity, when);
    expect(undisturbed).toMatchObject({
      others: 0,
      state: { status: 'reverted', stage: 1 },
      given: FLEET.map(() => ['1.1.0 (3)', '1.0.0 (4)']),
    });
    let kills = 0;
    for (let at = 1; ; at += 1) {
      const { died, ended } = await play(at, when);
      if (!died) break;
      kills += 1;
      expect({ at, ...ended }).toEqual({ at, ...undisturbed });
    }
    expect(kills).toBeGreaterThan(8);
  });
});
