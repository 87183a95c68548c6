import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { heapBytes } from '../conformance/mqtt/heap.ts';
import { startStorm } from '../conformance/mqtt/storm.ts';

const BATCH = 5_000;
/** What may be added to the heap of the first batch, however many follow. */
const MAX_GROWTH_BYTES = 32 * 1024 * 1024;

const progress = z.object({ done: z.number().int().nonnegative(), failed: z.number().int().nonnegative() });

/**
 * Mutated frames against guard and broker (ATTACKS row 39): none crashes the process, memory stays bounded, and a
 * well-behaved client on the same broker is served all the time. How far it came is kept in the temporary folder until
 * the whole count is done, so that a run that was stopped, by hand or by `minutes`, goes on where it was.
 */
export async function run(options: {
  minutes?: number;
  count?: number;
  seed: number;
}): Promise<{ passed: number; failed: number }> {
  const { minutes = Infinity, count = 1_000_000, seed } = options;
  const file = join(tmpdir(), `plumbline-mqtt-frames-${seed}.json`);
  const found = await readFile(file, 'utf8').catch(() => undefined);
  let { done, failed } = found === undefined ? { done: 0, failed: 0 } : progress.parse(JSON.parse(found));
  if (done > 0) console.log(`goes on after ${done} frames of seed ${seed} (${file})`);
  const end = performance.now() + minutes * 60_000;
  await using storm = await startStorm(seed);
  let firstBytes: number | undefined;

  while (done < count && performance.now() < end) {
    const size = Math.min(BATCH, count - done);
    await storm.blow(done, size);
    done += size;
    const bytes = heapBytes();
    firstBytes ??= bytes;
    const grownBytes = bytes - firstBytes;
    if (grownBytes > MAX_GROWTH_BYTES) storm.failures.push(`memory grew by ${grownBytes} bytes`);
    const { clients, halfOpen } = storm.broker.counts();
    if (clients !== 1 || halfOpen !== 0) storm.failures.push(`${clients} clients and ${halfOpen} half-open are left`);
    for (const failure of storm.failures) console.log(failure);
    failed += storm.failures.splice(0).length;
    await writeFile(file, JSON.stringify({ done, failed }));
    console.log(`${done} of ${count} frames, ${failed} failures, heap ${(bytes / 1e6).toFixed(1)} MB`);
  }
  for (const [reason, times] of [...storm.refusals].toSorted((a, b) => b[1] - a[1]).slice(0, 20)) {
    console.log(`${String(times).padStart(8)}  ${reason}`);
  }
  if (done >= count) await rm(file, { force: true });
  return { passed: done - failed, failed };
}
