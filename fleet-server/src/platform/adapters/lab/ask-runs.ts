import type { LabRun, LabTensor } from '../../ports/index.ts';
import type { Ask } from './converse.ts';
import { sizeOf } from './dtypes.ts';
import { PART_BYTES, type LabQuestion } from './lab-questions.ts';

/** The outputs of each run of the model that is loaded, asked and answered in parts, and how long they took. */
export async function askRuns(ask: Ask, runs: readonly LabRun[]): Promise<{ outputs: LabTensor[][]; runMs: number }> {
  const answers: LabTensor[][] = [];
  let runMs = 0;
  for (const part of partsOf(runs)) {
    const doneAt = answers.length + part.length;
    let question: LabQuestion = { type: 'run', runs: part };
    while (answers.length < doneAt) {
      const some = await ask(question, 'ran');
      for (const outputs of some.outputs) answers.push(outputs);
      runMs += some.runMs;
      question = { type: 'more' };
    }
  }
  return { outputs: answers, runMs };
}

/** Neighbouring runs that fit in one message. */
function* partsOf(runs: readonly LabRun[]): Generator<LabRun[]> {
  let part: LabRun[] = [];
  let sizeBytes = 0;
  for (const one of runs) {
    const oneBytes = sizeOf(one);
    if (part.length > 0 && sizeBytes + oneBytes > PART_BYTES) {
      yield part;
      part = [];
      sizeBytes = 0;
    }
    part.push(one);
    sizeBytes += oneBytes;
  }
  if (part.length > 0) yield part;
}
