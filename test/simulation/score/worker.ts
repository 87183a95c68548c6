import { messageOf } from '@plumbline/shared/errors';
import type { Job, Reply } from './job.ts';
import { plantBug } from './plant-hooks.ts';

/**
 * A process that runs one job after the other. A planted bug is planted before the first line of the product is loaded,
 * so nothing of the product is imported above.
 */
const plant = process.argv[2];
if (plant !== undefined) plantBug(plant);
const [{ rememberVerdicts }, { runSeed }, { runInstall }, { classNamed }] = await Promise.all([
  import('@plumbline/shared/trust'),
  import('../play/run-seed.ts'),
  import('../play/run-install.ts'),
  import('../play/classes.ts'),
]);
// Worlds of different seeds verify the same few signatures over and over, a sixth of all their computing.
rememberVerdicts(new Map());

async function run(job: Job): Promise<Reply> {
  try {
    if (job.kind === 'install') return { job, install: await runInstall(job.releases, job.crash) };
    const of = classNamed(job.class);
    if (of === undefined) throw new Error(`no class ${job.class}`);
    return { job, seed: await runSeed(job.seed, of) };
  } catch (error) {
    return { job, error: messageOf(error) };
  }
}

process.on('message', (job: Job) => {
  void run(job).then((reply) => process.send?.(reply));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');
