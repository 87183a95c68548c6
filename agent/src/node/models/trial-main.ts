import { runTrial } from '../../models/run-trial.ts';
import type { TrialJob } from '../../ports/index.ts';
import { answerParent, forgetPeak, memoryMb } from './child-side.ts';
import { createInference } from './engine.ts';
import type { TrialReply } from './trial-protocol.ts';

/** The child of `process-trial.ts`: loads and runs what may crash it. One job at a time, one reply a job. */
const inference = createInference(process.argv.at(-1) === 'onnxruntime-web' ? 'onnxruntime-web' : 'onnxruntime-node', {
  arena: false,
});
// What is no model brings the runtime into memory, whichever it is.
await inference.load(new Uint8Array(1)).catch(() => undefined);
/** What this process holds without a model. A reused child keeps some memory of earlier jobs: too high, never too low. */
const emptyMb = memoryMb('VmRSS');
const place = {
  inference,
  elapsedMs: () => performance.now(),
  forgetPeak,
  peakMb: () => memoryMb('VmHWM') - emptyMb,
};
answerParent(async (job: TrialJob): Promise<TrialReply> => ({ type: 'scored', ...(await runTrial(place, job)) }));
