import { answerParent, collectGarbage, forgetPeak, memoryMb } from '@plumbline/agent/trial/child';
import type { LabRun, LabTensor } from '../../ports/index.ts';
import { sizeOf } from './dtypes.ts';
import { openEngine, type LabSession } from './engine.ts';
import type { LabReply } from './lab-protocol.ts';
import { PART_BYTES, PART_RUNS, type LabQuestion } from './lab-questions.ts';
import { race } from './race.ts';

/** The child of `model-lab.ts`: loads and runs what may crash it, on the engine that its command line names. */
const engine = await openEngine(process.argv[2] === 'wasm' ? 'wasm' : 'node');
collectGarbage();
const emptyMb = memoryMb('VmRSS');

/** The job at hand. */
let session: LabSession | undefined;
let outputs: readonly string[] | undefined;
let waiting: Iterator<LabRun> = [].values();
let peakMb = 0;

answerParent(async (question: LabQuestion): Promise<LabReply> => {
  switch (question.type) {
    case 'load':
      outputs = question.outputs;
      peakMb = 0;
      return { type: 'loaded', loadMs: await measured(() => load(question.model)) };
    case 'run':
      waiting = question.runs.values();
      return runSome();
    case 'more':
      return runSome();
    case 'end':
      return end();
    case 'race':
      return race(engine, question);
  }
});

async function load(model: Uint8Array): Promise<void> {
  session = await engine.load(model, { arena: false });
}

/** As many of the waiting runs as fit in one message. */
async function runSome(): Promise<LabReply> {
  const answers: LabTensor[][] = [];
  const runMs = await measured(async () => {
    for (let size = 0; size < PART_BYTES && answers.length < PART_RUNS; size += sizeOf(answers.at(-1) ?? [])) {
      const next = waiting.next();
      if (next.done === true || session === undefined) return;
      answers.push(await session.run(session.feedsOf(next.value), outputs));
    }
  });
  return { type: 'ran', outputs: answers, runMs };
}

async function end(): Promise<LabReply> {
  await session?.close();
  session = undefined;
  collectGarbage();
  return { type: 'ended', peakMb, keptMb: Math.max(0, memoryMb('VmRSS') - emptyMb) };
}

/** Milliseconds that `work` takes; its peak of memory counts for the job, what messages left behind does not. */
async function measured(work: () => Promise<void>): Promise<number> {
  collectGarbage();
  forgetPeak();
  const startedAt = performance.now();
  await work();
  const ms = performance.now() - startedAt;
  peakMb = Math.max(peakMb, memoryMb('VmHWM') - emptyMb);
  return ms;
}
