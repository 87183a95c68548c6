import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectEvidence } from '../../../fleet-server/src/delivery/rollouts/evidence/collect.ts';
import { withAbsent } from '../../../fleet-server/src/delivery/rollouts/execute/absent.ts';
import { readTurns } from '../../../fleet-server/src/delivery/rollouts/execute/give-out.ts';
import { evaluateGates } from '../../../fleet-server/src/delivery/rollouts/gates/evaluate.ts';
import {
  advanceRollout,
  createRollout,
  getRollout,
  listMembers,
  startRollout,
} from '../../../fleet-server/src/delivery/rollouts/index.ts';
import { gatesOf } from '../../../fleet-server/src/delivery/rollouts/look.ts';
import {
  createRolloutWorld,
  type RolloutWorld,
} from '../../../fleet-server/src/delivery/rollouts/testing/rollout-world.ts';
import { loneFigure, type LoneFigure } from '../measure/figure.ts';
import { median } from '../measure/pairs.ts';

const DEVICES = 10_000;
const AGAIN = 7;

/** What one look at a rollout over 10,000 devices costs, part by part, on SQLite in a file. */
export async function* lookCosts(): AsyncGenerator<LoneFigure> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-bench-'));
  try {
    await using world = await createRolloutWorld(`sqlite:${join(folder, 'looks.db')}`);
    yield* measureLooks(world);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function* measureLooks(world: RolloutWorld): AsyncGenerator<LoneFigure> {
  const { deps, clock } = world;
  const ids = Array.from({ length: DEVICES }, (_, i) => `device-${String(i + 1).padStart(5, '0')}`);
  await world.addDevices(ids);
  const gates = { errors: { atMost: 0.01 }, latency: { atMost: 1.5 }, memory: { atMost: 1.5 } };
  const plan = {
    line: 'delay',
    version: '1.1.0',
    gates,
    stages: [{ name: 'all', size: { percent: 100 }, soak: '9d' }],
  };
  const { id } = await createRollout(deps, 'bench', plan);
  const opened = await timed(() => startRollout(deps, 'bench', id));
  yield costOf(`open a stage of ${DEVICES}`, opened.ms, 'drawn, fitted and written down in one transaction');
  yield* parts(world, id, 'nobody has it yet');

  const gives: number[] = [];
  for (let given = 0; given < DEVICES; given += 2000) {
    await clock.advance(5000);
    gives.push((await timed(() => advanceRollout(deps, id))).ms);
  }
  yield costOf(
    'a look that gives it to 2,000',
    median(gives),
    `${gives.map((ms) => ms.toFixed(0)).join(', ')} ms: 20 transactions of 100 signed assignments`,
  );

  const said = await timed(async () => {
    for (const device of ids) {
      const shadow = { records: 60, agreement: 1, meanShift: 0, maxShift: 0, latencyRatio: 1, memoryRatio: 1 };
      await world.report(device, { proof: 'proven', shadow });
    }
  });
  yield costOf(
    'one report, until it is written down',
    said.ms / DEVICES,
    `${DEVICES} one after the other, a commit each`,
  );
  const outcomes = await timed(() => advanceRollout(deps, id));
  yield costOf(
    `a look at ${DEVICES} that have all just decided`,
    outcomes.ms,
    'outcomes written down, 200 in a transaction',
  );
  yield* parts(world, id, 'all have proven it');
  const idle: number[] = [];
  for (let i = 0; i < AGAIN; i += 1) {
    await clock.advance(5000);
    idle.push((await timed(() => advanceRollout(deps, id))).ms);
  }
  yield costOf(`a look at ${DEVICES} at which nothing is new`, median(idle), `median of ${AGAIN}`);
}

async function* parts(world: RolloutWorld, id: string, when: string): AsyncGenerator<LoneFigure> {
  const { deps } = world;
  const { db } = deps.database;
  const rollout = await getRollout(db, id);
  const spent = { collect: [] as number[], members: [] as number[], turns: [] as number[], evaluate: [] as number[] };
  for (let i = 0; i < AGAIN; i += 1) {
    const collected = await timed(() => collectEvidence(db, rollout, { now: deps.now() }));
    const members = await timed(() => listMembers(db, id));
    const turns = await timed(() => readTurns(deps, rollout));
    const evaluated = await timed(() =>
      evaluateGates(withAbsent(collected.value, turns.value), gatesOf(rollout), { stage: rollout.state.stage }),
    );
    spent.collect.push(collected.ms);
    spent.members.push(members.ms);
    spent.turns.push(turns.ms);
    spent.evaluate.push(evaluated.ms);
  }
  yield costOf(`evidence of ${DEVICES}, ${when}`, median(spent.collect), 'collectEvidence');
  yield costOf(`members of ${DEVICES}, ${when}`, median(spent.members), 'listMembers');
  yield costOf(`turns of ${DEVICES}, ${when}`, median(spent.turns), 'readTurns');
  yield costOf(`gates over ${DEVICES}, ${when}`, median(spent.evaluate), 'evaluateGates, five gates');
}

function costOf(name: string, ms: number, reason: string): LoneFigure {
  return loneFigure({ name, unit: 'ms', ours: ms, reason });
}

async function timed<T>(work: () => T | Promise<T>): Promise<{ value: T; ms: number }> {
  const start = performance.now();
  const value = await work();
  return { value, ms: performance.now() - start };
}
