import { z } from 'zod';
import { playHistory } from '../../fleet-server/src/delivery/rollouts/testing/history.ts';
import { createRolloutWorld } from '../../fleet-server/src/delivery/rollouts/testing/rollout-world.ts';
import { openProgress } from './kept-progress.ts';
import type { SoakOptions } from './options.ts';

const FULL = 10_000;
/** Histories between two lines of progress. */
const CHUNK = 100;

const count = z.number().int().nonnegative();
const progress = z.object({ played: count, moves: count, failed: count });

/** Random lives of rollouts over real tables: nobody beyond the open stage, no illegal move, nothing given twice. */
export async function run(options: SoakOptions): Promise<{ passed: number; failed: number }> {
  const { minutes = Infinity, count: wanted = FULL, seed, dir } = options;
  const kept = await openProgress('rollout-histories', { seed, dir }, progress, { played: 0, moves: 0, failed: 0 });
  const end = performance.now() + minutes * 60_000;
  await using world = await createRolloutWorld();
  while (kept.now.played < wanted && performance.now() < end) {
    const now = { ...kept.now };
    const until = Math.min(wanted, now.played + CHUNK);
    for (; now.played < until; now.played += 1) {
      try {
        now.moves += (await playHistory(world, seed * 1_000_003 + now.played)).moves;
      } catch (error) {
        now.failed += 1;
        console.log(error instanceof Error ? error.message : String(error));
      }
    }
    await kept.keep(now);
    console.log(`${now.played} of ${wanted} histories, ${now.moves} moves, ${now.failed} broken`);
  }
  const { played, failed } = kept.now;
  if (played >= wanted) await kept.forget();
  return { passed: played - failed, failed };
}
