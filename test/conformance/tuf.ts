import { vectorsPath, type Conformance, type ConformanceInput } from './conformance.ts';
import { readTraces } from './traces/read-traces.ts';
import { replay } from './traces/replay.ts';

/** Counts calls: each must be answered as recorded *and* leave the same versions in the trust store. */
export async function run({ vectors }: ConformanceInput = {}): Promise<Conformance & { tests: number }> {
  const traces = await readTraces(vectors ?? vectorsPath('tuf-client-traces.json'));
  const result = { passed: 0, failed: 0, lines: [] as string[], tests: traces.tests.length };
  for (const { name, steps } of traces.tests) {
    let call = 0;
    for await (const difference of replay(steps, traces)) {
      call += 1;
      if (difference === undefined) result.passed += 1;
      else {
        result.failed += 1;
        result.lines.push(`${name}, call ${call}: ${difference}`);
      }
    }
  }
  return result;
}
