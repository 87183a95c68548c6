import { messageOf } from '@plumbline/shared/errors';
import { runTrial, type TrialPlace } from '../../models/run-trial.ts';
import { boundMemory } from './bounded-memory.ts';
import { createBrowserInference } from './browser-inference.ts';
import type { TrialAnswer, TrialQuestion } from './trial-protocol.ts';

/** The worker of `worker-trial.ts`: loads and runs what may crash or hang it. One job at a time, one answer a job. */
const MAX_DETAIL = 500;
/** What the runtime itself takes: it begins with 256 pages, 16 MB, and grows a little while it sets itself up. */
const RUNTIME_MB = 24;

const tell = (answer: TrialAnswer) => self.postMessage(answer);
let place: TrialPlace | undefined;

async function take(question: TrialQuestion): Promise<TrialAnswer> {
  if (question.type === 'start') {
    const memory = boundMemory(RUNTIME_MB + question.memoryMb);
    const inference = createBrowserInference();
    // What is no model brings the runtime into memory.
    await inference.load(new Uint8Array(1)).catch(() => undefined);
    const emptyMb = memory.heldMb();
    // A reused worker keeps the memory of earlier jobs: too high, never too low.
    place = { inference, elapsedMs: () => performance.now(), peakMb: () => memory.heldMb() - emptyMb };
    return { type: 'ready' };
  }
  if (place === undefined) throw new Error('a job came before the start');
  return { type: 'scored', ...(await runTrial(place, question.job)) };
}

self.addEventListener('message', ({ data }: MessageEvent<TrialQuestion>) => {
  take(data)
    .catch((cause: unknown): TrialAnswer => ({ type: 'failed', detail: messageOf(cause).slice(0, MAX_DETAIL) }))
    .then(tell);
});
