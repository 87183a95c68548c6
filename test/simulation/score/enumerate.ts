import type { CrashPoint } from '@plumbline/shared/testing/world';
import type { InstallResult } from '../play/run-install.ts';
import type { Job } from './job.ts';
import { runJobs } from './pool.ts';

export interface EnumeratedInstall {
  /** Calls to Store and Files of an install that nothing disturbs. */
  points: number;
  /** Those at which the power went in a run of their own. */
  crashed: number;
  runs: number;
  failures: string[];
}

const FIRST_AND_UPDATE = ['good-1', 'good-3'];

/**
 * Counts the calls to the disk of an install, then runs it again for each of them and takes the power at it.
 * @param twice each call before it had its effect and after; else one of them, in turn
 */
export async function enumerateInstall({
  workers = 2,
  twice = false,
  plant,
}: {
  workers?: number;
  twice?: boolean;
  plant?: string;
}): Promise<EnumeratedInstall> {
  const releases = FIRST_AND_UPDATE;
  const failures: string[] = [];
  const results: InstallResult[] = [];
  const run = (jobs: Job[]) =>
    runJobs(jobs, {
      workers,
      ...(plant !== undefined && { plant }),
      onReply(reply) {
        if ('install' in reply) results.push(reply.install);
        const failure = failureOf(reply.job, 'install' in reply ? reply.install : undefined, reply);
        if (failure !== undefined) failures.push(failure);
        return true;
      },
    });
  await run([{ kind: 'install', releases }]);
  const points = results[0]?.points ?? 0;
  const crashes = Array.from({ length: points }, (_, i): CrashPoint[] => {
    const at = i + 1;
    if (twice)
      return [
        { at, when: 'before' },
        { at, when: 'after' },
      ];
    return [{ at, when: at % 2 === 0 ? 'before' : 'after' }];
  }).flat();
  await run(crashes.map((crash) => ({ kind: 'install', releases, crash })));
  const reached = new Set(
    results.flatMap(({ crash, isReached }) => (crash !== undefined && isReached ? [crash.at] : [])),
  );
  return { points, crashed: reached.size, runs: results.length, failures };
}

function failureOf(job: Job, result: InstallResult | undefined, reply: object): string | undefined {
  const crash = job.kind === 'install' ? job.crash : undefined;
  const at = crash === undefined ? 'undisturbed' : `power cut ${crash.when} call ${crash.at}`;
  if (result === undefined) return `${at}: ${'error' in reply ? String(reply.error) : 'no answer'}`;
  const [first] = result.breaches;
  return first === undefined ? undefined : `${at}: ${first.breach}: ${first.text}`;
}
