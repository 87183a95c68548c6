import { createSeededRandom } from '@plumbline/shared/testing';
import { isCodedError } from '@plumbline/shared/errors';
import { freezeFleet, isFrozen, liftFreeze } from '../../../sites/devices/index.ts';
import { collectEvidence } from '../evidence/collect.ts';
import { evaluateGates } from '../gates/evaluate.ts';
import {
  ACTIVE,
  advanceRollout,
  approveRollout,
  createRollout,
  getRollout,
  listDecisions,
  listMembers,
  pauseRollout,
  proceedRollout,
  rejectRollout,
  resumeRollout,
  retryRollout,
  revertRollout,
  startRollout,
  stopRollout,
  type Member,
  type Rollout,
  type RolloutStatus,
} from '../index.ts';
import { gatesOf } from '../look.ts';
import type { RolloutDeps } from '../read.ts';
import type { RolloutWorld } from './rollout-world.ts';

type Random = ReturnType<typeof createSeededRandom>;

/** What a history has broken; the sentence says what. */
export class HistoryBroken extends Error {
  override readonly name = 'HistoryBroken';
}

const STEPS = 8;
const ORDER = { reason: 'a history said so' };
const ORDERS = {
  start: startRollout,
  approve: approveRollout,
  reject: rejectRollout,
  pause: pauseRollout,
  resume: resumeRollout,
  stop: stopRollout,
  revert: revertRollout,
  proceed: proceedRollout,
  retry: retryRollout,
} as const;
/** From where to where a rollout may go in one step of a history. */
const LEGAL: Record<RolloutStatus, readonly RolloutStatus[]> = {
  draft: ['awaiting-approval', 'running'],
  'awaiting-approval': ['running', 'paused', 'stopped', 'reverted'],
  running: ['paused', 'completed', 'stopped', 'reverted', 'awaiting-approval'],
  paused: ['running', 'awaiting-approval', 'stopped', 'reverted'],
  completed: ['reverted'],
  stopped: ['reverted'],
  reverted: [],
};

/**
 * Plays a random life of one or two rollouts over a small fleet: orders by people at any time, devices that prove, fail,
 * come and go, brakes, a clock that jumps. After every step it is checked that nobody beyond the open stage was given
 * anything, that no move was illegal, that nobody was given the same thing twice or by two rollouts, and that the gates
 * say the same of the same evidence.
 * @throws HistoryBroken; what else it throws is a fault as well
 */
export async function playHistory(world: RolloutWorld, seed: number): Promise<{ steps: number; moves: number }> {
  const random = createSeededRandom(seed);
  await world.reset();
  const fleet = Array.from({ length: 2 + pick(random, 3) }, (_, i) => `gw-${i}`);
  await world.addDevices(fleet);
  for (const device of fleet) if (pick(random, 4) === 0) await world.setOnline(device, false);
  const ids: string[] = [];
  const count = pick(random, 3) === 0 ? 2 : 1;
  while (ids.length < count) {
    ids.push((await createRollout(world.deps, 'user:ana', planOf(random))).id);
    await world.clock.advance(1000);
  }
  for (const id of ids) await attempt(() => startRollout(world.deps, 'user:ana', id));
  /** Devices that a person wanted to be tried again, with their rollout. */
  const tried = new Set<string>();
  const checked = createChecks(world, fleet, ids, tried);
  await checked.look();
  let skewMs = 0;
  for (let step = 0; step < STEPS; step += 1) {
    if (pick(random, 12) === 0) skewMs = [-7_200_000, 0, 86_400_000][pick(random, 3)] ?? 0;
    const deps = { ...world.deps, now: () => world.clock.now() + skewMs };
    const did = await act(world, deps, random, fleet, ids, tried);
    await checked.look().catch((error: unknown) => {
      if (error instanceof HistoryBroken)
        throw new HistoryBroken(`seed ${seed}, step ${step} (${did}): ${error.message}`);
      throw error;
    });
  }
  await checked.end();
  return { steps: STEPS, moves: checked.moves() };
}

function planOf(random: Random) {
  const sizes = [[100], [40, 100], [20, 60, 100]][pick(random, 3)] ?? [100];
  return {
    line: 'delay',
    version: pick(random, 3) === 0 ? '1.2.0' : '1.1.0',
    stages: sizes.map((percent, index) => ({
      name: `stage ${index}`,
      size: { percent },
      soak: pick(random, 2) === 0 ? 0 : 60_000,
      deadline: pick(random, 2) === 0 ? 600_000 : 86_400_000,
      approval: pick(random, 4) === 0 ? ('required' as const) : ('none' as const),
      ...(pick(random, 4) === 0 && { underWay: 1 }),
      ...(pick(random, 4) === 0 && { perHour: 2 }),
    })),
    gates: { minimum: 1 + pick(random, 2), proven: { atLeast: 0.6 }, failures: { atMost: 0.1 } },
    onFailure: pick(random, 2) === 0 ? ('pause' as const) : ('revert' as const),
    priority: 40 + 10 * pick(random, 3),
    seed: pick(random, 100),
  };
}

async function act(
  world: RolloutWorld,
  deps: RolloutWorld['deps'],
  random: Random,
  fleet: readonly string[],
  ids: readonly string[],
  tried: Set<string>,
): Promise<string> {
  const device = fleet[pick(random, fleet.length)] ?? '';
  const id = ids[pick(random, ids.length)] ?? '';
  const kind = pick(random, 20);
  if (kind < 8) {
    for (const each of fleet) if (pick(random, 2) === 0) await say(world, random, each);
    await attempt(() => advanceRollout(deps, id));
    return `devices speak, look at ${id}`;
  }
  if (kind < 11) {
    await world.clock.advance([1000, 61_000, 3_600_000][pick(random, 3)] ?? 0);
    for (const each of ids) await attempt(() => advanceRollout(deps, each));
    return 'time passes';
  }
  if (kind < 13) {
    await world.setOnline(device, pick(random, 3) > 0);
    return `${device} comes or goes`;
  }
  if (kind === 13) {
    await attempt(() => (pick(random, 2) === 0 ? freezeFleet : liftFreeze)(deps, 'user:bo', 'storm'));
    return 'the brake';
  }
  const words = Object.keys(ORDERS) as (keyof typeof ORDERS)[];
  const word = words[pick(random, words.length)] ?? 'pause';
  const give: (deps: RolloutDeps, actor: string, id: string, order: typeof ORDER) => Promise<unknown> = ORDERS[word];
  await attempt(async () => {
    const answer = await give(deps, 'user:bo', id, ORDER);
    if (word === 'retry')
      for (const retried of (answer as { devices: string[] }).devices) tried.add(`${id} ${retried}`);
  });
  return `${word} ${id}`;
}

async function say(world: RolloutWorld, random: Random, device: string): Promise<void> {
  if ((await world.given(device)).length === 0) return;
  const kind = pick(random, 8);
  if (kind === 0) await world.fail(device, pick(random, 2) === 0 ? 'disk_full' : 'self_test_failed');
  else if (kind === 1) await world.report(device, { state: 'deferred' });
  else if (kind === 2) await world.report(device, { state: 'proving' });
  else await world.prove(device);
}

/** What is refused with a code is an answer; anything else is a fault. */
async function attempt(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isCodedError(error) || error.kind === 'internal') throw error;
  }
}

interface Seen {
  rollout: Rollout;
  members: Member[];
}

function createChecks(
  world: RolloutWorld,
  fleet: readonly string[],
  ids: readonly string[],
  tried: ReadonlySet<string>,
) {
  const { db } = world.deps.database;
  const before = new Map<string, Seen>();
  const everMembers = new Map(ids.map((id) => [id, new Set<string>()]));
  let given = new Map<string, number>();
  let wasFrozen = false;
  let moves = 0;

  const watch = async (id: string): Promise<Seen> => {
    const seen = { rollout: await getRollout(db, id), members: await listMembers(db, id) };
    const last = before.get(id);
    before.set(id, seen);
    for (const member of seen.members) {
      everMembers.get(id)?.add(member.device);
      demand(member.stage <= seen.rollout.state.stage, `${member.device} belongs to a stage that has not opened`);
    }
    const decisions = ids.length > 1 ? await listDecisions(db, id) : [];
    for (const { numbers } of decisions.filter(({ verdict }) => verdict === 'taken')) {
      for (const device of numbers['devices'] as string[]) everMembers.get(id)?.add(device);
    }
    if (last !== undefined && last.rollout.revision !== seen.rollout.revision) {
      moves += 1;
      checkMove(last.rollout, seen.rollout);
    }
    return seen;
  };
  const checkDeterminism = async (rollout: Rollout) => {
    if (rollout.state.stage < 0) return;
    const evidence = await collectEvidence(db, rollout, { now: world.clock.now() });
    const of = { stage: rollout.state.stage };
    const said = JSON.stringify(evaluateGates(evidence, gatesOf(rollout), of));
    const turned = { ...evidence, devices: evidence.devices.toReversed() };
    demand(said === JSON.stringify(evaluateGates(evidence, gatesOf(rollout), of)), 'the gates changed their mind');
    demand(said === JSON.stringify(evaluateGates(turned, gatesOf(rollout), of)), 'the order of devices mattered');
  };
  const checkAssignments = async (all: readonly Seen[], isFrozenNow: boolean) => {
    const now = new Map<string, number>();
    const everything = await world.allGiven();
    for (const device of fleet) {
      const assignments = everything.filter((one) => one.device === device);
      now.set(device, assignments.length);
      for (const { seq, version, cause } of assignments.slice(given.get(device) ?? 0)) {
        const rollout = all.find((seen) => seen.rollout.id === cause)?.rollout;
        demand(rollout !== undefined && everMembers.get(cause)?.has(device) === true, `${device} was never a member`);
        const isReturn = version !== rollout?.version;
        demand(isReturn || !(wasFrozen && isFrozenNow), `${device} was given ${seq} while the fleet was frozen`);
      }
      const holders = all.filter(
        ({ rollout, members }) =>
          ACTIVE.includes(rollout.state.status) &&
          members.some((member) => member.device === device && member.assignmentSeq !== null),
      );
      demand(holders.length <= 1, `${device} belongs to two active rollouts`);
      checkTwice(device, assignments, all, tried);
    }
    given = now;
  };
  return {
    moves: () => moves,
    /** The gates, asked again and in another order, of what there is to see at the end. */
    async end() {
      for (const { rollout } of before.values()) await checkDeterminism(rollout);
    },
    async look() {
      const all: Seen[] = [];
      for (const id of ids) all.push(await watch(id));
      const isFrozenNow = (await isFrozen(db)) !== undefined;
      await checkAssignments(all, isFrozenNow);
      wasFrozen = isFrozenNow;
    },
  };
}

function checkMove({ state: from }: Rollout, { state: to }: Rollout): void {
  demand(
    from.status === to.status || LEGAL[from.status].includes(to.status),
    `went from ${from.status} to ${to.status}`,
  );
  demand(to.stage === from.stage || to.stage === from.stage + 1, `went from stage ${from.stage} to ${to.stage}`);
  demand(to.since >= from.since, 'time ran backwards');
}

/** Once by each rollout, and once back; more often only where a person asked for a retry. */
function checkTwice(
  device: string,
  assignments: readonly { version: string; cause: string }[],
  all: readonly Seen[],
  tried: ReadonlySet<string>,
): void {
  for (const { rollout } of all) {
    const own = assignments.filter(({ cause }) => cause === rollout.id).map(({ version }) => version);
    const isRetried = own.filter((version) => version === rollout.version).length > 1;
    const returns = own.filter((version) => version !== rollout.version).length;
    demand(returns <= 1, `${device} was sent back ${returns} times`);
    demand(!isRetried || tried.has(`${rollout.id} ${device}`), `${device} was given the same thing twice`);
  }
}

function demand(holds: boolean, sentence: string): void {
  if (!holds) throw new HistoryBroken(sentence);
}

function pick(random: Random, below: number): number {
  return Math.min(below - 1, Math.floor(random.next() * below));
}
