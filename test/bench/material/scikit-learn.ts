import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { Classification } from './classification.ts';

export type Algorithm = 'boosting' | 'forest' | 'logistic';

export interface Fitted {
  seconds: number;
  /** Probability of label 1 of the fold's validation rows, in order. */
  scores: Float64Array;
}

/** scikit-learn in a process of its own that keeps the data between fits. */
export interface ScikitLearn {
  version: string;
  fit(algorithm: Algorithm, fold: number): Promise<Fitted>;
  close(): Promise<void>;
}

const PYTHON = '/usr/bin/python3';
const SCRIPT = new URL('./scikit_learn.py', import.meta.url).pathname;
/** The learners of this repository use one thread, and so does the other side. */
const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

const hello = z.object({ version: z.string() });
const answer = z.object({ seconds: z.number() });

/** Starts it on this data in `folder`; where there is none, says so in words. */
export async function startScikitLearn(
  folder: string,
  data: Classification,
): Promise<ScikitLearn | { absent: string }> {
  await writeFile(join(folder, 'numbers.f32'), data.numbers);
  await writeFile(join(folder, 'labels.u8'), data.labels);
  const numbers = [data.rows, data.columns, data.folds].map(String);
  const child = spawn(PYTHON, [SCRIPT, folder, ...numbers], { env: { ...process.env, ...ONE_THREAD } });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-400)));
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', () => resolve(said.trim().split('\n').at(-1) ?? ''));
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string | undefined> => {
    const line = await Promise.race([lines.next(), ended.then(() => undefined)]);
    return line?.done === false ? line.value : undefined;
  };
  const first = await nextLine();
  if (first === undefined) return { absent: `scikit-learn is absent here (${PYTHON}: ${await ended})` };
  return {
    version: hello.parse(JSON.parse(first)).version,
    async fit(algorithm, fold) {
      child.stdin.write(`${JSON.stringify({ algorithm, fold })}\n`);
      const line = await nextLine();
      if (line === undefined) throw new Error(`scikit-learn ended: ${await ended}`);
      const { seconds } = answer.parse(JSON.parse(line));
      const bytes = await readFile(join(folder, 'scores.f64'));
      return { seconds, scores: new Float64Array(Uint8Array.from(bytes).buffer) };
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
