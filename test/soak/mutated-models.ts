import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startModelStorm, tallyLines } from '../attacks/models/storm.ts';

const BATCH = 1_000;
/** What may be left after one batch, however many came before it. */
const MAX_GROWTH_BYTES = 32 * 1024 * 1024;
/** A model that does not load costs a new process, so not all that pass are tried; those tried are spread evenly. */
const TRIALS_PER_BATCH = 100;

const progress = z.object({
  done: z.number().int().nonnegative(),
  failed: z.number().int().nonnegative(),
  tally: z.array(z.tuple([z.string(), z.number()])),
});

/**
 * Mutated models on the way that a foreign model goes: the full count of `attacks/mutated-models.test.ts`. How far it
 * came is kept in the temporary folder until the whole count is done, so that a run that was stopped goes on.
 */
export async function run(options: {
  minutes?: number;
  count?: number;
  seed: number;
}): Promise<{ passed: number; failed: number }> {
  const { minutes = Infinity, count = 20_000, seed } = options;
  const file = join(tmpdir(), `plumbline-mutated-models-${seed}.json`);
  const found = await readFile(file, 'utf8').catch(() => undefined);
  const before = found === undefined ? { done: 0, failed: 0, tally: [] } : progress.parse(JSON.parse(found));
  let { done, failed } = before;
  const tally = new Map(before.tally);
  if (done > 0) console.log(`goes on after ${done} mutants of seed ${seed} (${file})`);
  const end = performance.now() + minutes * 60_000;
  await using storm = startModelStorm(seed);

  while (done < count && performance.now() < end) {
    const size = Math.min(BATCH, count - done);
    const report = await storm.blow(done, size, TRIALS_PER_BATCH);
    done += size;
    for (const [where, times] of report.tally) tally.set(where, (tally.get(where) ?? 0) + times);
    const { failures, heapGrowthBytes, turnsPerTrial } = report;
    if (heapGrowthBytes > MAX_GROWTH_BYTES) failures.push(`memory grew by ${heapGrowthBytes} bytes`);
    if (turnsPerTrial === 0) failures.push('the event loop stood still during trials');
    for (const failure of failures) console.log(failure);
    failed += failures.length;
    await writeFile(file, JSON.stringify({ done, failed, tally: [...tally] }));
    console.log(`${done} of ${count} mutants, ${failed} failures, heap ${(heapGrowthBytes / 1e6).toFixed(1)} MB more`);
  }
  console.log(tallyLines(tally));
  if (done >= count) await rm(file, { force: true });
  return { passed: Math.max(0, done - failed), failed };
}
