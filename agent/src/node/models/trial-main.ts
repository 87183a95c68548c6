import { decodeOutputs, encodeRuns } from '@plumbline/shared/predict';
import type { Inference, TrialJob } from '../../ports/index.ts';
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
answerParent((job: TrialJob) => runTrial(inference, job));

async function runTrial({ load }: Inference, { model, manifest, records }: TrialJob): Promise<TrialReply> {
  forgetPeak();
  const startedAt = performance.now();
  const session = await load(model);
  const loadedAt = performance.now();
  const { output } = manifest;
  const outputs = [output.kind === 'classes' ? output.probabilities : output.value];
  const scores: number[] = [];
  for (const { feeds, rows } of encodeRuns(manifest, records)) {
    const scored = decodeOutputs(manifest, await session.run(feeds, outputs), rows);
    for (const { score } of scored) scores.push(score);
  }
  const runMs = performance.now() - loadedAt;
  const peakMb = Math.max(0, memoryMb('VmHWM') - emptyMb);
  await session.close();
  return { type: 'scored', scores, loadMs: loadedAt - startedAt, runMs, peakMb };
}
