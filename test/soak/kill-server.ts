import { createSeededRandom } from '@plumbline/shared/testing';
import { z } from 'zod';
import { createServerKills } from '../lifecycle/server-kills.ts';
import { openProgress } from './kept-progress.ts';
import type { SoakOptions } from './options.ts';

const FULL = 1000;
/** Kills of one server, after which its books are closed and another one begins. */
const PER_SERVER = 100;

const count = z.number().int().nonnegative();
const progress = z.object({
  kills: count,
  unheard: count,
  acknowledged: count,
  predicted: count,
  lost: count,
  doubled: count,
  holes: count,
  failed: count,
});
type Progress = z.infer<typeof progress>;
const NONE: Progress = {
  kills: 0,
  unheard: 0,
  acknowledged: 0,
  predicted: 0,
  lost: 0,
  doubled: 0,
  holes: 0,
  failed: 0,
};

/** `kill -9` of the server between ingest and acknowledgement, a thousand times (ATTACKS row 29). */
export async function run(options: SoakOptions): Promise<{ passed: number; failed: number }> {
  const { minutes = Infinity, count: wanted = FULL, seed, dir } = options;
  const kept = await openProgress('kill-server', { seed, dir }, progress, NONE);
  const end = performance.now() + minutes * 60_000;
  while (kept.now.kills < wanted && performance.now() < end) {
    await kept.keep(await killOne(kept.now, wanted - kept.now.kills, seed, end));
    console.log(`${kept.now.kills} of ${wanted} kills: ${JSON.stringify(kept.now)}`);
  }
  const { kills, failed } = kept.now;
  if (kills >= wanted) await kept.forget();
  return { passed: Math.max(0, kills - failed), failed };
}

async function killOne(before: Progress, wanted: number, seed: number, end: number): Promise<Progress> {
  await using server = await createServerKills(createSeededRandom(seed * 1_000_003 + before.kills));
  let lives = 0;
  // One life at least: a run that was given no time still tells something.
  do {
    await server.lives(1);
    lives += 1;
  } while (lives < Math.min(wanted, PER_SERVER) && performance.now() < end);
  const sums = await server.close();
  // Predictions have no reference: those of a gateway that lived on must all be there.
  const missing = sums.predicted - sums.predictions;
  return {
    kills: before.kills + lives,
    unheard: before.unheard + server.unheard,
    acknowledged: before.acknowledged + sums.acknowledged,
    predicted: before.predicted + sums.predicted,
    lost: before.lost + sums.lost + missing,
    doubled: before.doubled + sums.doubled,
    holes: before.holes + sums.holes,
    failed: before.failed + sums.lost + missing + sums.doubled + sums.holes,
  };
}
