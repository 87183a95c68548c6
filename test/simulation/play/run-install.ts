import type { CrashPoint } from '@plumbline/shared/testing/world';
import { compareBooks } from '../checks/books.ts';
import type { Breach } from '../checks/ledger.ts';
import { SETTINGS } from '../device/profile.ts';
import type { FaultClass } from './classes.ts';
import { whyNotConverged } from './converged.ts';
import { inTime } from './in-time.ts';
import { createWorkload, type Workload } from './workload.ts';
import { createWorld, type World } from './world.ts';

/** A first install and, unless `releases` says otherwise, the update after it, with the power going at one call to the disk. */
export interface InstallResult {
  /** Calls to the disk from the first start of the device to the last commit. */
  points: number;
  crash: CrashPoint | undefined;
  /** False when the device never came to this call. */
  isReached: boolean;
  breaches: { breach: Breach; text: string; times: number }[];
  refetched: number;
  tail?: string[];
}

const SEED = 1;
const STEP_MS = 1000;
const PATIENCE_STEPS = 3600;
const CALM: FaultClass = { name: 'install', faults: [], windowMs: 0, releases: [], last: ['good-2'] };

export async function runInstall(releases: readonly string[], crash?: CrashPoint): Promise<InstallResult> {
  await using world = await createWorld(SEED);
  const { device, ledger, checks, trace } = world;
  device.diskFaults.crashAt = crash;
  const workload = createWorkload(world, SETTINGS);
  await inTime(world, world.server.start());
  device.boot();
  let points = 0;
  for (const name of releases) {
    workload.assign(name);
    await untilThere(world, workload);
    points = device.diskFaults.visited;
  }
  await inTime(world, compareBooks(world.server.database, checks.rows, ledger));
  const refetched = checks.blocks.refetched();
  if (refetched > 1) ledger.add('refetched', `${refetched} blocks for one cut`);
  const breaches = ledger.breaches();
  return {
    points,
    crash,
    isReached: crash === undefined || device.starts().begun === 2,
    breaches,
    refetched,
    ...(breaches.length > 0 && { tail: trace.tail() }),
  };
}

async function untilThere(world: World, workload: Workload): Promise<void> {
  let why: string | undefined;
  for (let step = 0; step < PATIENCE_STEPS; step += 1) {
    await world.clock.advance(STEP_MS);
    // One question before and after each install: a committed model answers, whatever becomes of the next one.
    if (step % 30 === 0) workload.probe();
    why = await inTime(world, whyNotConverged(world, workload, CALM));
    if (why === undefined) return;
  }
  world.ledger.add('not_converged', why ?? '');
}
