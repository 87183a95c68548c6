import type { ModelTrial, TrialJob, TrialResult } from '../../ports/index.ts';
import { limitFor, startTrialChild, type TrialChild } from './trial-child.ts';

export interface ProcessTrial extends ModelTrial {
  /** The child that waits or works now, for those who watch or test. */
  readonly childPid: number | undefined;
}

/** A gateway is small: a child that nobody needs gives its memory back. */
const IDLE_MS = 15_000;

/**
 * Trials in a child process, kept for the next job while jobs end well and ask for the same memory.
 * Jobs wait for each other. Crash, hang, abort and wrong outputs all come back as results.
 */
export function createProcessTrial(): ProcessTrial {
  let child: TrialChild | undefined;
  let childMemoryMb: number | undefined;
  let runtimeMb: number | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  let idle: NodeJS.Timeout | undefined;
  let isClosed = false;

  const letGo = async () => {
    const last = child;
    child = undefined;
    await last?.kill();
  };
  const attempt = async (job: TrialJob): Promise<TrialResult> => {
    clearTimeout(idle);
    if (child !== undefined && (!child.alive || childMemoryMb !== job.memoryMb)) await letGo();
    runtimeMb ??= await measureRuntime();
    child ??= await startTrialChild(limitFor(job.memoryMb, runtimeMb));
    childMemoryMb = job.memoryMb;
    const result = await child.ask(job);
    if (result.ok && !isClosed) idle = setTimeout(() => void letGo(), IDLE_MS).unref();
    else await letGo();
    return result;
  };

  return {
    run(job) {
      const result = turn.then(() => attempt(job));
      turn = result.catch(() => undefined);
      return result;
    },
    async close() {
      isClosed = true;
      clearTimeout(idle);
      await letGo();
      await turn;
      await letGo();
    },
    get childPid() {
      return child?.pid;
    },
  };
}

/** It differs between machines (threads, their stacks), so one child is started just to be asked. */
async function measureRuntime(): Promise<number> {
  const child = await startTrialChild(undefined);
  await child.kill();
  return child.dataMb;
}
