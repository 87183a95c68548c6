import type { ActivityRecord } from '@plumbline/shared/manifest';
import type { AskDeps, Asked, AskOptions } from './ask.ts';

/** Rounds in which both models run one after the other; the fastest of each counts, so that one hiccup does not. */
const ROUNDS = 3;
/** A run should take so long, ms: records are repeated until it does. */
const WANTED_RUN_MS = 40;
/** Below it, noise of the machine is larger than what is measured. */
const MIN_RUN_MS = 5;
const MAX_RECORDS = 10_000;
const MAX_BYTES = 8 * 2 ** 20;
/** A first run is slower than those that follow, so the number of repeats is found in steps. */
const MAX_PILOTS = 3;

/** Time of the candidate / of the model in force over the same records; undefined where it could not be measured. */
export async function latencyRatio(
  { trial }: AskDeps,
  pair: { candidate: Asked; champion: Asked },
  records: readonly ActivityRecord[],
  options: AskOptions,
): Promise<number | undefined> {
  const run = async ({ model, manifest }: Asked, many: ActivityRecord[]) => {
    const result = await trial.run({ model, manifest, records: many, ...options });
    return result.ok ? result.runMs : undefined;
  };
  const most = maxRepeats(records);
  let many = [...records];
  for (let pilot = 0; pilot < MAX_PILOTS; pilot += 1) {
    const runMs = await run(pair.champion, many);
    if (runMs === undefined) return undefined;
    const repeats = Math.min(most, Math.ceil(((many.length / records.length) * WANTED_RUN_MS) / Math.max(runMs, 0.1)));
    if (repeats * records.length <= many.length) break;
    many = Array.from({ length: repeats }, () => records).flat();
  }
  const fastest = { candidate: Infinity, champion: Infinity };
  for (let round = 0; round < ROUNDS; round += 1) {
    // Who comes second may find a warmer machine: the order turns round by round.
    const order = round % 2 === 0 ? (['candidate', 'champion'] as const) : (['champion', 'candidate'] as const);
    for (const who of order) {
      const runMs = await run(pair[who], many);
      if (runMs === undefined) return undefined;
      fastest[who] = Math.min(fastest[who], runMs);
    }
  }
  return fastest.champion < MIN_RUN_MS ? undefined : fastest.candidate / fastest.champion;
}

function maxRepeats(records: readonly ActivityRecord[]): number {
  const bytes = JSON.stringify(records).length;
  return Math.max(1, Math.floor(Math.min(MAX_RECORDS / records.length, MAX_BYTES / bytes)));
}
