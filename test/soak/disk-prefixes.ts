import { createSeededRandom } from '@plumbline/shared/testing';
import { findStrace, recordDisk } from '../faults/disk-prefixes.ts';
import { required } from '../harness/services/index.ts';
import type { SoakOptions } from './options.ts';

const TELL_EVERY = 100;

/** Starts an agent on every prefix of a recorded trace of writes and syncs, in both variants (ATTACKS row 24). */
export async function run(options: SoakOptions): Promise<{ passed: number; failed: number }> {
  const { minutes = Infinity, seed } = options;
  const end = performance.now() + minutes * 60_000;
  await using record = await recordDisk(required(findStrace()), createSeededRandom(seed));
  const count = Math.min(options.count ?? Infinity, record.calls.length);
  let [passed, failed] = [0, 0];
  for (let i = 0; i < count && performance.now() < end; i += 1) {
    // Spread over the whole record when fewer were asked for.
    const length = 1 + Math.floor((i * record.calls.length) / count);
    for (const kind of ['all', 'synced'] as const) {
      const problems = await record.startAfter(length, kind);
      if (problems.length === 0) passed += 1;
      else failed += 1;
      for (const problem of problems) console.log(`after ${length} calls, ${kind}: ${problem}`);
    }
    if ((i + 1) % TELL_EVERY === 0) console.log(`${i + 1} of ${count} prefixes: ${passed} passed, ${failed} failed`);
  }
  return { passed, failed };
}
