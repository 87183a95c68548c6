import { createModelLab } from '../../../fleet-server/src/platform/adapters/index.ts';
import { heapBytes } from '../../conformance/mqtt/heap.ts';
import { mutantAt, mutationSources } from './mutants.ts';
import { tryInLab, tryRecipes, tryStatically } from './try-mutant.ts';

export interface StormReport {
  /** How many were refused where. */
  tally: Map<string, number>;
  failures: string[];
  /** How often the event loop came round while a trial process was at work, per trial. */
  turnsPerTrial: number;
  /** Growth of the caller after a collection, and of its whole process at its widest. */
  heapGrowthBytes: number;
  residentGrowthBytes: number;
}

export interface ModelStorm extends AsyncDisposable {
  /** @param trials how many of those that pass may go on to a trial process; the rest are counted as `passed` */
  blow(from: number, count: number, trials: number): Promise<StormReport>;
}

const DEADLINE_MS = 2_000;
const MEMORY_MB = 256;

/** Mutated models on the way that a foreign model goes (ATTACKS rows 8, 10, 23, on the side of the server). */
export function startModelStorm(seed: number): ModelStorm {
  const sources = mutationSources();
  const lab = createModelLab();
  return {
    async blow(from, count, trials) {
      const tally = new Map<string, number>();
      const failures: string[] = [];
      const note = (where: string) => tally.set(where, (tally.get(where) ?? 0) + 1);
      // The first few warm the compiler up, whose code is no leak.
      for (let index = from; index < from + Math.min(count, 50); index += 1)
        tryStatically(mutantAt(sources, seed, index));
      const [heapBefore, residentBefore] = [heapBytes(), process.memoryUsage.rss()];
      let widest = residentBefore;
      let turns = 0;
      let tried = 0;
      const passing: number[] = [];
      for (let index = from; index < from + count; index += 1) {
        const outcome = tryStatically(mutantAt(sources, seed, index));
        failures.push(...outcome.failures);
        if (outcome.passed === undefined) note(outcome.where);
        else passing.push(index);
        widest = Math.max(widest, process.memoryUsage.rss());
        if (index % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      // Spread over all that passed, so that no mutation is favoured.
      const step = Math.max(1, passing.length / trials);
      const chosen = new Set(
        Array.from({ length: Math.min(trials, passing.length) }, (_, at) => passing[Math.floor(at * step)]),
      );
      for (const index of passing) {
        if (!chosen.has(index)) {
          note('passed, not tried');
          continue;
        }
        const mutant = mutantAt(sources, seed, index);
        const { passed } = tryStatically(mutant);
        failures.push(...(await tryRecipes(mutant, passed!)));
        const timer = setInterval(() => (turns += 1), 5);
        const outcome = await tryInLab(lab, mutant, passed!, { deadlineMs: DEADLINE_MS, memoryMb: MEMORY_MB });
        clearInterval(timer);
        tried += 1;
        failures.push(...outcome.failures);
        note(outcome.where);
        widest = Math.max(widest, process.memoryUsage.rss());
      }
      return {
        tally,
        failures,
        turnsPerTrial: turns / Math.max(1, tried),
        heapGrowthBytes: heapBytes() - heapBefore,
        residentGrowthBytes: widest - residentBefore,
      };
    },
    [Symbol.asyncDispose]: () => lab.close(),
  };
}

/** Most frequent first, one line each. */
export function tallyLines(tally: ReadonlyMap<string, number>): string {
  return [...tally]
    .toSorted((a, b) => b[1] - a[1])
    .map(([where, times]) => `${String(times).padStart(8)}  ${where}`)
    .join('\n');
}
