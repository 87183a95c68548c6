import { failRun, finishRun, type RunOutcome } from './end.ts';
import type { Run, RunDeps } from './run.ts';
import { startRun, type StartInput } from './start.ts';

/**
 * Computes something as a run: written down before it begins, and with its end, whichever that is. The error of `work`
 * passes through.
 */
export async function trackRun<Value>(
  deps: RunDeps,
  actor: string,
  input: StartInput,
  work: (run: Run) => Promise<{ value: Value; outcome: RunOutcome }>,
): Promise<{ value: Value; run: Run }> {
  const started = await startRun(deps, actor, input);
  let done: { value: Value; outcome: RunOutcome };
  try {
    done = await work(started);
  } catch (error) {
    await failRun(deps, actor, started.id, error);
    throw error;
  }
  return { value: done.value, run: await finishRun(deps, actor, started.id, done.outcome) };
}
