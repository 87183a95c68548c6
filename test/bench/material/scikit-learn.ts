import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Classification } from './classification.ts';
import { startFitting, type Fitted } from './fitting-process.ts';

export type Algorithm = 'boosting' | 'forest' | 'logistic';
export type { Fitted };

export interface ScikitLearn {
  version: string;
  fit(algorithm: Algorithm, fold: number): Promise<Fitted>;
  close(): Promise<void>;
}

/** Starts it on this data in `folder`; where there is none, says so in words. */
export async function startScikitLearn(
  folder: string,
  data: Classification,
): Promise<ScikitLearn | { absent: string }> {
  await writeFile(join(folder, 'numbers.f32'), data.numbers);
  await writeFile(join(folder, 'labels.u8'), data.labels);
  const numbers = [data.rows, data.columns, data.folds].map(String);
  const started = await startFitting('./scikit_learn.py', folder, numbers);
  if ('absent' in started) return started;
  const { version, fit, close } = started;
  return { version, fit: (algorithm, fold) => fit({ algorithm, fold }), close };
}
