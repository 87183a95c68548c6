import type { Breach } from '../checks/ledger.ts';
import type { SeedResult } from '../play/run-seed.ts';
import type { Reply } from './job.ts';

/** One line of the scoreboard. */
export interface ClassScore {
  class: string;
  seeds: number;
  /** Faults that struck, and those of seeds in which nothing was found. */
  injected: number;
  survived: number;
  lost: number;
  doubled: number;
  bricked: number;
  refetched: number;
  /** Found otherwise: a model that was not verified, a report that was not true, a world that did not converge … */
  other: number;
  /** Simulated time from the moment the world healed, ms. */
  recoveryMs: { median: number; max: number };
}

export interface Failure {
  seed: number;
  class: string;
  breaches: readonly { breach: Breach | 'crashed'; text: string; times: number }[];
  traceHash: string;
  tail: readonly string[];
}

export interface Totals {
  seeds: number;
  rows: number;
  acknowledged: number;
  events: number;
  ioPoints: number;
}

export interface Scores {
  /** @returns what failed */
  take(reply: Reply): Failure | undefined;
  failures(): number;
  classes(): ClassScore[];
  totals(): Totals;
  peaks(): Record<string, number>;
  /** One digest over the traces of all seeds, in order of seed. */
  digest(): string;
  toJson(): object;
}

interface Tally extends Omit<ClassScore, 'recoveryMs'> {
  recoveries: number[];
}

export function addUp(): Scores {
  const tallies = new Map<string, Tally>();
  const failed: Failure[] = [];
  const totals: Totals = { seeds: 0, rows: 0, acknowledged: 0, events: 0, ioPoints: 0 };
  const peaks: Record<string, number> = {};
  const hashes = new Map<number, string>();

  const tallyOf = (name: string): Tally => {
    const known = tallies.get(name);
    if (known !== undefined) return known;
    const counts = { seeds: 0, injected: 0, survived: 0, lost: 0, doubled: 0, bricked: 0, refetched: 0, other: 0 };
    const fresh: Tally = { class: name, ...counts, recoveries: [] };
    tallies.set(name, fresh);
    return fresh;
  };

  const takeResult = (result: SeedResult): Failure | undefined => {
    const tally = tallyOf(result.class);
    const times = (breach: Breach) => result.breaches.filter((one) => one.breach === breach).length;
    tally.seeds += 1;
    tally.injected += result.injected;
    tally.lost += times('lost');
    tally.doubled += times('doubled');
    tally.bricked += times('bricked');
    tally.refetched += result.refetched;
    tally.other += result.breaches.length - times('lost') - times('doubled') - times('bricked');
    if (result.recoveryMs !== undefined) tally.recoveries.push(result.recoveryMs);
    totals.seeds += 1;
    for (const name of ['rows', 'acknowledged', 'events', 'ioPoints'] as const) totals[name] += result[name];
    for (const [name, peak] of Object.entries(result.peaks)) peaks[name] = Math.max(peaks[name] ?? 0, peak);
    hashes.set(result.seed, result.traceHash);
    if (result.breaches.length === 0) {
      tally.survived += result.injected;
      return undefined;
    }
    const { seed, class: of, breaches, traceHash, tail = [] } = result;
    return { seed, class: of, breaches, traceHash, tail };
  };

  const scores: Scores = {
    take(reply) {
      if ('install' in reply || reply.job.kind === 'install') return undefined;
      const { seed, class: of } = reply.job;
      const crashed = (text: string): Failure => {
        tallyOf(of).seeds += 1;
        tallyOf(of).other += 1;
        return { seed, class: of, breaches: [{ breach: 'crashed', text, times: 1 }], traceHash: '', tail: [] };
      };
      const failure = 'seed' in reply ? takeResult(reply.seed) : crashed(reply.error);
      if (failure !== undefined) failed.push(failure);
      return failure;
    },
    failures: () => failed.length,
    classes: () => [...tallies.values()].map(scoreOf),
    totals: () => totals,
    peaks: () => peaks,
    digest: () => fold([...hashes].toSorted(([a], [b]) => a - b).map(([, hash]) => hash)),
    toJson: () => ({
      classes: scores.classes(),
      totals,
      peaks,
      digest: scores.digest(),
      failures: failed.map(({ tail: _tail, ...rest }) => rest),
    }),
  };
  return scores;
}

function scoreOf({ recoveries, ...tally }: Tally): ClassScore {
  const sorted = recoveries.toSorted((a, b) => a - b);
  return { ...tally, recoveryMs: { median: sorted[sorted.length >> 1] ?? 0, max: sorted.at(-1) ?? 0 } };
}

/** FNV-1a over the hashes in order. */
function fold(hashes: readonly string[]): string {
  let mixed = 0x811c9dc5;
  for (const char of hashes.join(' ')) mixed = Math.imul(mixed ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return mixed.toString(16).padStart(8, '0');
}
