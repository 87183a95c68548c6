import { readFileSync, writeFileSync } from 'node:fs';
import { messageOf } from '@plumbline/shared/errors';
import { decodeOutputs, encodeRuns } from '@plumbline/shared/predict';
import type { Inference, TrialJob } from '../../ports/index.ts';
import { createOrtInference } from './ort-inference.ts';
import { MAX_DETAIL, type TrialReply } from './trial-protocol.ts';

/** The child of `process-trial.ts`: loads and runs what may crash it. One job at a time, one reply a job. */
const inference = createOrtInference({ arena: false });
await import('onnxruntime-node');
process.on('message', (job: TrialJob) => {
  runTrial(inference, job)
    .catch((cause: unknown): TrialReply => ({ type: 'failed', detail: messageOf(cause).slice(0, MAX_DETAIL) }))
    .then(tell);
});
/** What this process holds without a model. A reused child keeps some memory of earlier jobs: too high, never too low. */
const emptyMb = memoryMb('VmRSS');
tell({ type: 'ready', dataMb: memoryMb('VmData') });

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

function tell(reply: TrialReply): void {
  process.send?.(reply);
}

/** Sets the high-water mark of this process back to what it holds now: proc(5), clear_refs. */
function forgetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Without it the peak of an earlier job is reported.
  }
}

/** A line of /proc/self/status, proc(5), in 2^20 bytes. */
function memoryMb(field: 'VmData' | 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1] ?? 0) / 1024;
}
