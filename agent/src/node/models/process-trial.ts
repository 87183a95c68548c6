import type { ModelTrial } from '../../ports/index.ts';
import type { Engine } from './engine.ts';
import { keepChild, SCRIPT_MB } from './kept-child.ts';
import { TRIAL_ENTRY } from './trial-entry.ts';
import { trialReply } from './trial-protocol.ts';

export interface ProcessTrial extends ModelTrial {
  /** The child that waits or works now, for those who watch or test. */
  readonly childPid: number | undefined;
}

/**
 * Trials in a child process, kept for the next job while jobs end well and ask for the same memory.
 * Jobs wait for each other. Crash, hang, abort and wrong outputs all come back as results.
 * @param engine the one the predicting process uses
 */
export function createProcessTrial(engine: Engine = 'onnxruntime-node'): ProcessTrial {
  const { main, args } = TRIAL_ENTRY;
  const kept = keepChild({ main, args: [...args, engine], reply: trialReply });
  return {
    run: (job) =>
      kept.work(SCRIPT_MB + job.memoryMb, async (child) => {
        const answer = await child.ask(job, job.deadlineMs);
        if (!answer.ok) return answer;
        const { scores, loadMs, runMs, peakMb } = answer.reply;
        return { ok: true, scores, loadMs, runMs, peakMb };
      }),
    close: () => kept.close(),
    get childPid() {
      return kept.childPid;
    },
  };
}
