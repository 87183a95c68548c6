import type { Engine, LabRun, ModelLab } from '../../../platform/ports/index.ts';

/** Microseconds a call of one row, and how the contender compares: `low` to `high` is the interval of the median ratio. */
export interface Latency {
  us: number;
  baselineUs: number;
  ratio: number;
  low: number;
  high: number;
}

const PAIRS = 31;
/** 1-based ranks of 31 sorted values between which the median lies with 97 % (binomial). */
const RANKS = [10, 22] as const;
const SAMPLE_US = 500;
const MAX_CALLS = 40;

/**
 * Interleaved pairs of the two models in one process.
 * @param roughUs what one call takes, about: decides how many make a sample
 * @returns undefined when the race could not be run; whether the model runs at all was decided before
 */
export async function raceAgainst(
  lab: ModelLab,
  job: {
    engine: Engine;
    contender: Uint8Array;
    baseline: Uint8Array;
    run: LabRun;
    deadlineMs: number;
    memoryMb: number;
  },
  roughUs: number,
): Promise<Latency | undefined> {
  const callsPerSample = Math.max(1, Math.min(MAX_CALLS, Math.round(SAMPLE_US / Math.max(1, roughUs))));
  const result = await lab.race({ ...job, pairs: PAIRS, callsPerSample });
  if (!result.ok) return undefined;
  const ratios = result.contenderUs.map((us, at) => us / result.baselineUs[at]!).toSorted((a, b) => a - b);
  return {
    us: median(result.contenderUs),
    baselineUs: median(result.baselineUs),
    ratio: median(ratios),
    low: ratios[RANKS[0] - 1]!,
    high: ratios[RANKS[1] - 1]!,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
