import { messageOf } from '@plumbline/shared/errors';
import type { Breach } from '../checks/ledger.ts';
import { compareBooks } from '../checks/books.ts';
import { SETTINGS } from '../device/profile.ts';
import type { FaultClass } from './classes.ts';
import { whyNotConverged } from './converged.ts';
import { FAULTS, heal } from './faults.ts';
import { inTime } from './in-time.ts';
import { createWorkload, type Workload } from './workload.ts';
import { createWorld, type World } from './world.ts';

/** One world from its beginning until it was judged. */
export interface SeedResult {
  seed: number;
  class: string;
  injected: number;
  breaches: { breach: Breach; text: string; times: number }[];
  refetched: number;
  /** From the moment the world healed until everything was as it should be, ms of simulated time; absent when never. */
  recoveryMs?: number;
  events: number;
  ioPoints: number;
  rows: number;
  acknowledged: number;
  cpuMs: number;
  traceHash: string;
  /** Of a run that failed. */
  tail?: string[];
  peaks: Record<string, number>;
}

const MINUTE_MS = 60_000;
const FIRST_ORDER_MS = 3000;
const HOUR_MS = 3_600_000;
/** The server signs its timestamp anew within a day and says so to everybody: nothing waits longer than that. */
const PATIENCE_MS = 26 * HOUR_MS;

export async function runSeed(seed: number, of: FaultClass): Promise<SeedResult> {
  const startedAt = process.cpuUsage();
  await using world = await createWorld(seed);
  const unhandled = (error: unknown) => world.ledger.add('unhandled', messageOf(error));
  process.on('unhandledRejection', unhandled);
  let recoveryMs: number | undefined;
  let rows = 0;
  try {
    recoveryMs = await play(world, of);
    if (recoveryMs !== undefined)
      ({ rows } = await inTime(world, compareBooks(world.server.database, world.checks.rows, world.ledger)));
  } catch (error) {
    world.ledger.add('stuck', messageOf(error));
  } finally {
    process.off('unhandledRejection', unhandled);
  }
  const { ledger, trace, broker, device, databaseFaults, checks, injected } = world;
  const total = injected.count + broker.counts().disturbed + device.diskFaults.hit + databaseFaults.hit;
  const refetched = checks.blocks.refetched();
  // What was destroyed is fetched again whole, at the price of a payload and not of a block.
  const allowed = total + world.excusedBlocks.count;
  if (refetched > allowed) ledger.add('refetched', `${refetched} blocks for ${total} faults`);
  const breaches = ledger.breaches();
  return {
    seed,
    class: of.name,
    injected: total,
    breaches,
    refetched,
    ...(recoveryMs !== undefined && { recoveryMs }),
    events: trace.events(),
    ioPoints: device.diskFaults.visited,
    rows,
    acknowledged: checks.rows.refs().size,
    cpuMs: cpuMsSince(startedAt),
    traceHash: trace.hash(),
    ...(breaches.length > 0 && { tail: trace.tail() }),
    peaks: checks.pace.peaks(),
  };
}

/** @returns how long the world took to recover, ms */
async function play(world: World, of: FaultClass): Promise<number | undefined> {
  const { clock, server, device, ledger } = world;
  const workload = createWorkload(world, { ...SETTINGS, ...of.settings });
  if (of.takesEveryCopy === true) world.patience.ms = Infinity;
  await inTime(world, server.start());
  device.boot();
  clock.after(FIRST_ORDER_MS, () => workload.assign('good-1'));
  schedule(world, workload, of);
  await clock.advance(of.windowMs);

  heal(world);
  const healedAt = clock.now();
  const last = lastOf(world, workload, of);
  world.note(`the world heals; ${last} is ordered`);
  workload.assign(last);
  let why: string | undefined = 'not looked at';
  while (clock.now() - healedAt < PATIENCE_MS) {
    const waited = clock.now() - healedAt;
    await clock.advance(waited < 30 * MINUTE_MS ? 10_000 : 5 * MINUTE_MS);
    workload.probe();
    if (waited > HOUR_MS) await inTime(world, server.upkeep());
    const before: string | undefined = why;
    why = await inTime(world, whyNotConverged(world, workload, of));
    if (why === undefined) break;
    if (why !== before) world.note(`not yet: ${why}`);
  }
  if (why !== undefined) {
    ledger.add('not_converged', why);
    return undefined;
  }
  const recoveryMs = clock.now() - healedAt;
  world.patience.ms = 0;
  workload.probe();
  await clock.advance(MINUTE_MS);
  await untilDrained(world, workload, of);
  return recoveryMs;
}

/** One whose counter is higher than all before: a lower one would be refused for that, and rightly. */
function lastOf({ catalogue, chance }: World, workload: Workload, of: FaultClass): string {
  const ran = workload.ordered()?.assigned.releaseCounter ?? 0;
  const open = of.last.filter((name) => catalogue.get(name).assigned.releaseCounter > ran);
  const [first = 'return-to-good-2', ...rest] = open;
  return chance.pick([first, ...rest]);
}

/** The probe itself made a row: it has to drain like the others. */
async function untilDrained(world: World, workload: Workload, of: FaultClass): Promise<void> {
  for (let i = 0; i < 60; i += 1) {
    if ((await inTime(world, whyNotConverged(world, workload, of))) === undefined) return;
    await world.clock.advance(MINUTE_MS);
  }
  world.ledger.add(
    'not_converged',
    (await inTime(world, whyNotConverged(world, workload, of))) ?? 'it did, and then not',
  );
}

function schedule(world: World, workload: Workload, of: FaultClass): void {
  const { clock } = world;
  const chance = world.chance.branch('schedule');
  const sometime = () => chance.integer(0, of.windowMs - 1);
  const often = (min: number, max: number, work: () => void) => {
    for (let left = chance.integer(min, max); left > 0; left -= 1) clock.after(sometime(), work);
  };
  const strikes: number[] = [];
  for (const { fault, times, lastsMs } of of.faults) {
    for (let left = chance.integer(...times); left > 0; left -= 1) {
      const at = sometime();
      strikes.push(at);
      clock.after(at, () => {
        world.note(`fault ${fault}`);
        FAULTS[fault](world, workload, chance.integer(...lastsMs));
      });
    }
  }
  for (let at = 20_000; at < of.windowMs; at += chance.integer(20_000, 70_000)) clock.after(at, workload.probe);
  often(6, 14, workload.outcome);
  often(2, 5, () => workload.plans(chance.integer(1, 4)));
  often(1, 4, () => workload.predictions(chance.integer(1, 20)));
  const chosen = of.releases.filter(() => chance.happens(of.releases.length > 4 ? 0.35 : 0.8));
  // Most orders fall into the middle of something: an install that nothing disturbs shows little.
  const moments = chosen.map(() => {
    const strike = strikes[chance.integer(0, Math.max(0, strikes.length - 1))];
    return strike === undefined || chance.happens(0.3) ? sometime() : strike + chance.integer(-20_000, 20_000);
  });
  moments.sort((a, b) => a - b);
  // Not after the world has healed: then the last order has the word.
  const inWindow = (at: number) => Math.min(of.windowMs - 1, Math.max(MINUTE_MS, at));
  for (const [i, name] of chosen.entries()) clock.after(inWindow(moments[i] ?? 0), () => workload.assign(name));
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
