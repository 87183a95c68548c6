import { fromBase64 } from '@plumbline/shared/trust';
import type { TraceStep } from '../../conformance/traces/read-traces.ts';
import { replay } from '../../conformance/traces/replay.ts';

/** The recording as JSON, its blobs in base64. */
export interface Recording {
  pool: Record<string, string>;
  tests: { name: string; steps: TraceStep[] }[];
}

/** Replays every recorded call as `npm run conformance -- tuf` does, on files that are kept in memory. */
export async function judgeTraces({ pool, tests }: Recording): Promise<{ calls: number; differences: string[] }> {
  const bytesOf = (name: string) => fromBase64(pool[name] ?? '');
  const judged = { calls: 0, differences: [] as string[] };
  for (const { name, steps } of tests) {
    for await (const difference of replay(steps, { tests, bytesOf })) {
      judged.calls += 1;
      if (difference !== undefined) judged.differences.push(`${name}: ${difference}`);
    }
  }
  return judged;
}
