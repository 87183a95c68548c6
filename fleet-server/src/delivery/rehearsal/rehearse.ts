import { isCodedError } from '@plumbline/shared/errors';
import { rememberVerdicts } from '@plumbline/shared/trust';
import {
  advanceRollouts,
  approveRollout,
  createRollout,
  getRollout,
  listDecisions,
  listMembers,
  parsePlan,
  startRollout,
  type RolloutStatus,
} from '../rollouts/index.ts';
import { RehearsalError } from './errors.ts';
import type { Inventory } from './fleet/inventory.ts';
import { boundOf, entriesOf, lastWord, stageName } from './follow.ts';
import { anyVariant, type ReleasePair } from './release/variant.ts';
import type { RehearsalReport, RehearsalVerdict, TimelineEntry } from './report.ts';
import type { Scenario } from './scenario/scenario.ts';
import type { Attach } from './world/server.ts';
import { startTroubles } from './world/troubles.ts';
import { openWorld, type World } from './world/world.ts';

export interface RehearsalInput {
  /** As it is written down. */
  plan: unknown;
  scenario: Scenario;
  /** What devices, tags, sites and zones are drawn from; without it the scenario's own. */
  inventory?: Inventory | undefined;
  /** Sizes and needs of the real releases; without it the scenario's. */
  release?: ReleasePair | undefined;
  devices?: number | undefined;
  seed?: number | undefined;
}

/** How often the server looks at its rollouts: as a real one does while a stage is young, less often once it soaks. */
const LOOK_MS = 60_000;
const SLOW_LOOK_MS = 600_000;
const YOUNG_MS = 1_800_000;
const DAY_MS = 86_400_000;
/** So long the report waits for devices that are on their way back to the predecessor. */
const RETURN_MS = 6 * 3_600_000;
const AUTHOR = 'rehearsal:author';
const APPROVER = 'rehearsal:approver';

const ENDED: Partial<Record<RolloutStatus, RehearsalVerdict>> = {
  completed: 'completed',
  paused: 'paused',
  stopped: 'stopped',
  reverted: 'reverted',
};

/**
 * Plays a rollout against simulated devices: the same verbs, the same gates, the same agent core, on a virtual clock.
 * Nothing of the real fleet is touched.
 * @throws RehearsalError `rehearsal_refused` with the code of the rollout's own refusal as cause
 */
export async function rehearse(deps: { attach: Attach }, input: RehearsalInput): Promise<RehearsalReport> {
  const { scenario, seed = 1 } = input;
  const plan = refusing(() => parsePlan(input.plan));
  const count = input.devices ?? scenario.devices.count;
  const release = input.release ?? inventedRelease(plan, scenario);
  // Fifty devices verify the same root, release and metadata: a verdict follows from its arguments alone.
  rememberVerdicts(new Map());
  const world = await openWorld(deps.attach, { scenario, release, inventory: input.inventory, count, seed });
  try {
    await world.warmUp();
    return await play(world, { plan, scenario, seed });
  } finally {
    await world.end();
    rememberVerdicts(undefined);
  }
}

async function play(
  world: World,
  { plan, scenario, seed }: { plan: ReturnType<typeof parsePlan>; scenario: Scenario; seed: number },
): Promise<RehearsalReport> {
  const { clock, server } = world;
  const startedAt = clock.now();
  const { id } = await refusing(() => createRollout(server, AUTHOR, plan));
  const told: TimelineEntry[] = [];
  const current = { stage: '' };
  const tell = (event: string, sentence: string) =>
    void told.push({ at: clock.now() - startedAt, event, stage: current.stage, sentence });
  world.traffic.start();
  startTroubles({ ...world, scenario, tell });
  await refusing(() => startRollout(server, AUTHOR, id));

  const ends = startedAt + scenario.days * DAY_MS;
  let verdict: RehearsalVerdict | undefined;
  let isYoung = true;
  while (verdict === undefined && clock.now() < ends) {
    await clock.advance(isYoung ? LOOK_MS : SLOW_LOOK_MS);
    await server.attached.look();
    await advanceRollouts(server);
    const { state, plan: of } = await getRollout(server.database.db, id);
    current.stage = of.stages[state.stage]?.name ?? '';
    isYoung = clock.now() - state.openedAt < YOUNG_MS;
    verdict = state.asks ? 'undecided' : ENDED[state.status];
    if (state.status !== 'awaiting-approval') continue;
    await approveRollout(server, APPROVER, id, { reason: 'a rehearsal approves every stage' });
  }
  const durationMs = clock.now() - startedAt;
  const rollout = await getRollout(server.database.db, id);
  const exposed = (await listMembers(server.database.db, id)).filter(({ assignedAt }) => assignedAt !== null);
  if (verdict === 'reverted') await wayBack(world);
  const word = await lastWord(server.database.db, id);
  const decisions = entriesOf(await listDecisions(server.database.db, id), rollout, startedAt);
  const { result } = word ?? {};
  return {
    verdict: verdict ?? 'undecided',
    stage: stageName(rollout, rollout.state.stage),
    exposedDevices: exposed.length,
    metric: result?.gate ?? null,
    value: result?.value ?? null,
    bound: boundOf(result) ?? null,
    limit: result?.limit ?? null,
    sentence: word?.sentence ?? rollout.state.reason,
    bytes: bytesOf(world),
    durationMs,
    devices: world.devices.length,
    seed,
    timeline: [...told, ...decisions].toSorted((a, b) => a.at - b.at),
  };
}

/** Bytes of the way back belong to what the rollout cost. */
async function wayBack({ clock, server }: World): Promise<void> {
  for (let passed = 0; passed < RETURN_MS; passed += LOOK_MS) {
    await clock.advance(LOOK_MS);
    await server.attached.look();
    await advanceRollouts(server);
  }
}

function bytesOf({ meters }: World): RehearsalReport['bytes'] {
  const all = [...meters.values()].map(({ bytes }) => bytes);
  const down = all.reduce((sum, one) => sum + one.down, 0);
  const up = all.reduce((sum, one) => sum + one.up, 0);
  const perDevice = { down: Math.round(down / all.length), up: Math.round(up / all.length) };
  return { down, up, perDevice };
}

function inventedRelease(plan: { line: string; version: string }, { release }: Scenario): ReleasePair {
  const variants = [anyVariant(release.bytes)];
  return {
    line: plan.line,
    candidate: { version: plan.version, variants },
    predecessor: { version: release.predecessor === '' ? versionBefore(plan.version) : release.predecessor, variants },
  };
}

/** Any lower version will do: it is never compared with a real one. */
function versionBefore(version: string): string {
  const parts = version.split('.').map(Number);
  const last = parts.findLastIndex((part) => part > 0);
  return last < 0 ? '0.0.0-before' : parts.map((part, i) => (i === last ? part - 1 : part)).join('.');
}

/** What the engine refuses, it would refuse in earnest. @throws RehearsalError `rehearsal_refused` */
function refusing<T>(work: () => T): T {
  try {
    const made = work();
    return made instanceof Promise ? (made.catch(refused) as T) : made;
  } catch (error) {
    return refused(error);
  }
}

function refused(cause: unknown): never {
  if (!isCodedError(cause)) throw cause;
  const { code, kind, field, expected } = cause;
  throw new RehearsalError('rehearsal_refused', `${code}: ${cause.message}`, {
    kind,
    cause,
    ...(field !== undefined && { field }),
    ...(expected !== undefined && { expected }),
  });
}
