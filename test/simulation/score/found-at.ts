import { jobsFor } from './jobs.ts';
import { runJobs } from './pool.ts';
import { addUp } from './scores.ts';

/** A bug that takes more than this is one that the simulator does not find. */
export const MAX_SEEDS = 200;

/** The first seed of a class at which a planted bug was found; undefined when it was not. */
export async function foundAt(plant: string, of: string): Promise<number | undefined> {
  const scores = addUp();
  let seed: number | undefined;
  await runJobs(jobsFor(MAX_SEEDS, of), {
    workers: 1,
    plant,
    onReply(reply) {
      if (scores.take(reply) === undefined) return true;
      seed ??= reply.job.kind === 'seed' ? reply.job.seed : undefined;
      return false;
    },
  });
  return seed;
}
