import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

export interface Fitted {
  seconds: number;
  /** Probability of label 1 of the rows to answer, in order. */
  scores: Float64Array;
}

/** scikit-learn in a process of its own that keeps the data between fits. */
export interface FittingProcess {
  version: string;
  /** @param asked one line of JSON to the script */
  fit(asked: object): Promise<Fitted>;
  close(): Promise<void>;
}

/** Debian's own interpreter, which has its scikit-learn. */
const PYTHON = '/usr/bin/python3';
/** The learners of this repository use one thread a fit, and so does the other side. */
const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

const hello = z.object({ version: z.string() });
const answer = z.object({ seconds: z.number() });

/** Starts a script of this folder on the files in `folder`; where there is no scikit-learn, says so in words. */
export async function startFitting(
  script: string,
  folder: string,
  further: readonly string[] = [],
): Promise<FittingProcess | { absent: string }> {
  const path = new URL(script, import.meta.url).pathname;
  const child = spawn(PYTHON, [path, folder, ...further], { env: { ...process.env, ...ONE_THREAD } });
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
    async fit(asked) {
      child.stdin.write(`${JSON.stringify(asked)}\n`);
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
