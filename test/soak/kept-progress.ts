import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';

/** How far a soak came, in a folder, so that one that was stopped goes on where it was. */
export interface KeptProgress<T> {
  now: T;
  keep(next: T): Promise<void>;
  /** The whole count is done: the next run begins anew. */
  forget(): Promise<void>;
}

/** @param dir folder of the caller's choice; one in the temporary folder when left out */
export async function openProgress<T>(
  name: string,
  { seed, dir = join(tmpdir(), 'plumbline-soak') }: { seed: number; dir?: string | undefined },
  schema: z.ZodType<T>,
  start: T,
): Promise<KeptProgress<T>> {
  const file = join(dir, `${name}-${seed}.json`);
  await mkdir(dir, { recursive: true });
  const found = await readFile(file, 'utf8').catch(() => undefined);
  const progress: KeptProgress<T> = {
    now: found === undefined ? start : schema.parse(JSON.parse(found)),
    async keep(next) {
      progress.now = next;
      await writeFile(file, JSON.stringify(next));
    },
    forget: () => rm(file, { force: true }),
  };
  if (found !== undefined) console.log(`goes on from ${file}: ${found}`);
  return progress;
}
