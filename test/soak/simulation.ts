import { z } from 'zod';
import { enumerateInstall } from '../simulation/score/enumerate.ts';
import { jobsFor } from '../simulation/score/jobs.ts';
import { runJobs } from '../simulation/score/pool.ts';
import { addUp } from '../simulation/score/scores.ts';
import { printFailure, printScores } from '../simulation/score/table.ts';
import { openProgress } from './kept-progress.ts';
import type { SoakOptions } from './options.ts';

const FULL = 10_000;
const BATCH = 200;

const count = z.number().int().nonnegative();
const progress = z.object({ done: count, failed: count });

/**
 * Simulated worlds of all classes of faults (ATTACKS rows 24 to 31 and 47), then the power cut at every call of an
 * install and an update.
 */
export async function run(options: SoakOptions): Promise<{ passed: number; failed: number }> {
  const { minutes = Infinity, count: wanted = FULL, seed, dir } = options;
  const kept = await openProgress('simulation', { seed, dir }, progress, { done: 0, failed: 0 });
  const startedAt = performance.now();
  const end = startedAt + minutes * 60_000;
  const scores = addUp();
  while (kept.now.done < wanted && performance.now() < end) {
    const size = Math.min(BATCH, wanted - kept.now.done);
    let { failed } = kept.now;
    await runJobs(jobsFor(size, undefined, seed + kept.now.done), {
      onReply(reply) {
        const failure = scores.take(reply);
        if (failure !== undefined) {
          failed += 1;
          printFailure(failure, { withTail: true });
        }
        return true;
      },
    });
    await kept.keep({ done: kept.now.done + size, failed });
    console.log(`${kept.now.done} of ${wanted} seeds, ${failed} failed`);
  }
  const { done, failed } = kept.now;
  const installs = done < wanted ? undefined : await enumerateInstall({ twice: true });
  printScores(scores, { wallMs: performance.now() - startedAt, ...(installs && { installs }) });
  if (installs === undefined) return { passed: done - failed, failed };
  await kept.forget();
  const passed = done - failed + installs.runs - installs.failures.length;
  return { passed, failed: failed + installs.failures.length };
}
