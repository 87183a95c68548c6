import { createSeededRandom } from '@plumbline/shared/testing';
import { z } from 'zod';
import { createAgentKills, type Tried } from '../lifecycle/agent-kills.ts';
import { openProgress } from './kept-progress.ts';
import type { SoakOptions } from './options.ts';

const FULL = 1000;
/** In each of these states for every gateway, after which its books are closed and another one begins. */
const PER_STATE = 20;
const TRIED: readonly Tried[] = ['self-testing', 'shadowing', 'activating'];

const count = z.number().int().nonnegative();
const progress = z.object({
  kills: count,
  byState: z.record(z.string(), count),
  acknowledged: count,
  rows: count,
  lost: count,
  doubled: count,
  holes: count,
  reused: count,
  refetched: count,
  failed: count,
});
type Progress = z.infer<typeof progress>;
const NONE: Progress = {
  kills: 0,
  byState: {},
  acknowledged: 0,
  rows: 0,
  lost: 0,
  doubled: 0,
  holes: 0,
  reused: 0,
  refetched: 0,
  failed: 0,
};

/** `kill -9` of the agent, a thousand times over fetching, self-testing, shadowing and activating (ATTACKS row 30). */
export async function run(options: SoakOptions): Promise<{ passed: number; failed: number }> {
  const { minutes = Infinity, count: wanted = FULL, seed, dir } = options;
  const kept = await openProgress('kill-agent', { seed, dir }, progress, NONE);
  const end = performance.now() + minutes * 60_000;
  while (kept.now.kills < wanted && performance.now() < end) {
    await kept.keep(await killOne(kept.now, wanted - kept.now.kills, seed));
    console.log(`${kept.now.kills} of ${wanted} kills: ${JSON.stringify(kept.now)}`);
  }
  const { kills, failed } = kept.now;
  if (kills >= wanted) await kept.forget();
  return { passed: Math.max(0, kills - failed), failed };
}

/** One gateway with a server of its own: killed, then audited. */
async function killOne(before: Progress, wanted: number, seed: number): Promise<Progress> {
  // Another moment for each gateway, the same for the same seed.
  await using kills = await createAgentKills(createSeededRandom(seed * 1_000_003 + before.kills));
  const perState = Math.max(1, Math.min(PER_STATE, Math.ceil(wanted / (TRIED.length + 1))));
  const twice = await kills.fetching(perState);
  await kills.trying(Object.fromEntries(TRIED.map((state) => [state, perState])));
  const sums = await kills.close();
  const byState = { ...before.byState };
  for (const [state, times] of kills.found) byState[state] = (byState[state] ?? 0) + times;
  const tooOften = twice.filter((blocks) => blocks > 1).length;
  return {
    kills: before.kills + [...kills.found.values()].reduce((sum, times) => sum + times, 0),
    byState,
    acknowledged: before.acknowledged + sums.acknowledged,
    rows: before.rows + sums.rows,
    lost: before.lost + sums.lost,
    doubled: before.doubled + sums.doubled,
    holes: before.holes + sums.holes,
    reused: before.reused + sums.reused,
    refetched: before.refetched + twice.reduce((sum, blocks) => sum + blocks, 0),
    failed: before.failed + sums.lost + sums.doubled + sums.holes + sums.reused + tooOften,
  };
}
