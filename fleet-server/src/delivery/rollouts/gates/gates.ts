import { z } from 'zod';

const share = z.number().min(0).max(1);
/** Devices that exceed the limit may be this share of those measured. */
const ofDevices = share.default(0.1);

const confidence = z.number().min(0.5).lt(1);
const minimum = z.number().int().min(1);
const proven = z.strictObject({ atLeast: share });
const failures = z.strictObject({ atMost: share, sureBelow: share.optional() });
/** Gates that are asked only where they are named. */
const named = {
  /** Questions that got no answer, as a share of those asked of a device; from 50 questions on. */
  errors: z.strictObject({ atMost: share, ofDevices }).optional(),
  /** Time per record, p95, of the candidate / of the model in force on the same device. */
  latency: z.strictObject({ atMost: z.number().positive(), ofDevices }).optional(),
  memory: z.strictObject({ atMost: z.number().positive(), ofDevices }).optional(),
  /** Share of a device's own records on which candidate and model in force agree; from 20 records on. */
  agreement: z.strictObject({ atLeast: share, ofDevices }).optional(),
  /** Change of the mean score on a device's own records, up or down, in the unit of the score (days); from 20 records on. */
  shift: z.strictObject({ atMost: z.number().nonnegative(), ofDevices }).optional(),
  /** Drift alarms over the candidate's own windows. */
  drift: z.strictObject({ atMost: z.number().int().nonnegative() }).optional(),
  /**
   * Brier score on matured outcomes, candidate minus champion; of a line that answers values their mean absolute error, so
   * that `worseBy` is in their unit. Judged from so many outcomes of each on.
   */
  quality: z.strictObject({ worseBy: z.number().nonnegative(), minimum: minimum.default(100) }).optional(),
  /** The same within every slice that has so many outcomes of each. */
  fairness: z.strictObject({ worseBy: z.number().nonnegative(), minimum: minimum.default(50) }).optional(),
};

/**
 * The gates of a rollout and where each stops it. Shares are over devices that had a chance: heard from since they were
 * assigned. `proven` and `failures` are always asked. How each decides: shared/docs/gates.md.
 */
export const gates = z.strictObject({
  /** Chance that a rollout of a release within all limits is never stopped, over all gates and every look. */
  confidence: confidence.default(0.99),
  /**
   * Devices that must have decided before a stage passes; of a stage that is smaller, all that had a chance, which must be
   * half of it at least. What stops a rollout is its bound, and that needs no minimum.
   */
  minimum: minimum.default(5),
  /** Share of devices that run the very bytes of their assignment and have proven them. */
  proven: proven.default({ atLeast: 0.9 }),
  /**
   * Share of devices that refused or went back. Stops when it is surely above `atMost`, over all stages that opened; a
   * stage passes when it is surely (95 %) below `sureBelow`, over the same, or, where that is not asked, when its own is not
   * above `atMost`.
   */
  failures: failures.default({ atMost: 0.02 }),
  ...named,
});

/** What a stage sees differently, gate by gate; the rest is the rollout's. */
export const stageGates = z.strictObject({
  confidence: confidence.optional(),
  minimum: minimum.optional(),
  proven: proven.optional(),
  failures: failures.optional(),
  ...named,
});

export type Gates = z.infer<typeof gates>;

export const GATE_NAMES = [
  'proven',
  'failures',
  'errors',
  'latency',
  'memory',
  'agreement',
  'shift',
  'drift',
  'quality',
  'fairness',
] as const;
export type GateName = (typeof GATE_NAMES)[number];

export type Verdict = 'pass' | 'fail' | 'inconclusive';

/** What one gate says, with the numbers it says it by. */
export interface GateResult {
  gate: GateName;
  verdict: Verdict;
  /** As measured; undefined where nothing was. */
  value: number | undefined;
  /** Confidence bounds that hold at every look. */
  low: number | undefined;
  high: number | undefined;
  limit: number;
  /** Devices or records behind the value. */
  sample: number;
  sentence: string;
}

/** Of the stage. */
export interface GateCounts {
  devices: number;
  /** Not yet assigned. */
  waiting: number;
  hadChance: number;
  proven: number;
  unproven: number;
  failed: number;
  underWay: number;
  /** Of those under way: they hold back for a reason that goes by, or have not told yet that they know of it. */
  notBegun: number;
  /** Failures a person has acknowledged; not among `failed`. */
  acknowledged: number;
}

/** Failure beats success; inconclusive holds. */
export interface Evaluation {
  verdict: Verdict;
  /** The gate that decides: the first that fails, else the first that is inconclusive. */
  gate: GateName | undefined;
  results: GateResult[];
  counts: GateCounts;
  sentence: string;
}
