import { parseArgs } from 'node:util';
import { CLASSES, classNamed } from '../play/classes.ts';
import { enumerateInstall } from './enumerate.ts';
import { jobsFor } from './jobs.ts';
import { plantNamed } from './plant-hooks.ts';
import { runJobs } from './pool.ts';
import { addUp, type Scores } from './scores.ts';
import { printFailure, printScores } from './table.ts';

/**
 * `npm run -s scoreboard -- [--seeds N] [--json] [--class NAME] [--seed S] [--plant BUG] [--workers W]`: simulated worlds
 * with everything in them that can break. Exit code 0 only when nothing was lost, doubled or bricked, and nothing else
 * was found either. With `--plant` a bug is put into the product, and the exit code is 0 only when it was found.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '190' },
    seed: { type: 'string' },
    class: { type: 'string' },
    plant: { type: 'string' },
    workers: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
  },
});

const problem = whatIsWrong();
if (problem === undefined) process.exitCode = (await main()) ? 0 : 1;
else {
  console.error(problem);
  process.exitCode = 2;
}

function whatIsWrong(): string | undefined {
  for (const name of ['seeds', 'seed', 'workers'] as const) {
    const value = values[name];
    if (value !== undefined && !/^[1-9]\d{0,8}$/.test(value))
      return `--${name}: ${value}; expected a whole number from 1`;
  }
  if (values.class !== undefined && classNamed(values.class) === undefined) {
    return `--class: ${values.class}; expected one of ${CLASSES.map((one) => one.name).join(', ')}`;
  }
  try {
    if (values.plant !== undefined) plantNamed(values.plant);
    return undefined;
  } catch (error) {
    return `--plant: ${String(error)}`;
  }
}

async function main(): Promise<boolean> {
  const startedAt = performance.now();
  const { plant } = values;
  const jobs =
    values.seed === undefined
      ? jobsFor(Number(values.seeds), values.class ?? (plant === undefined ? undefined : plantNamed(plant).class))
      : jobsFor(1, values.class, Number(values.seed));
  const scores: Scores = addUp();
  await runJobs(jobs, {
    workers: Number(values.workers),
    ...(plant !== undefined && { plant }),
    onReply(reply) {
      const failure = scores.take(reply);
      if (failure === undefined) return true;
      if (!values.json) printFailure(failure, { withTail: values.seed !== undefined || scores.failures() === 1 });
      return plant === undefined;
    },
  });
  const isWhole = values.class === undefined && values.seed === undefined && plant === undefined;
  const installs = isWhole ? await enumerateInstall({ workers: Number(values.workers) }) : undefined;
  const wallMs = performance.now() - startedAt;
  if (values.json) console.log(JSON.stringify({ ...scores.toJson(), ...(installs && { installs }), wallMs }, null, 2));
  else printScores(scores, { wallMs, ...(installs && { installs }) });
  if (plant !== undefined) {
    console.log(scores.failures() > 0 ? `planted bug ${plant}: found` : `planted bug ${plant}: NOT FOUND`);
    return scores.failures() > 0;
  }
  return scores.failures() === 0 && (installs === undefined || installs.failures.length === 0);
}
