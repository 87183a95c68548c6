import type { Proof, RefusalReason, UpdateState } from '@plumbline/shared/update';
import type { ShadowReport } from '@plumbline/shared/wire';

/** What a device last said about one model line. */
export interface ModelEvidence {
  state: UpdateState;
  /** Of the assignment it works on. */
  targetSeq: number | undefined;
  /** Of the archive it works towards, where that is known: another one than was assigned says nothing of this rollout. */
  targetSha256?: string | undefined;
  /** Of the archive that really runs. */
  runningSha256: string | undefined;
  proof: Proof | undefined;
  reason: RefusalReason | undefined;
  detail: string | undefined;
  /** Candidate against the model in force on this device's own records; absent at a first install. */
  shadow: ShadowReport | undefined;
  /** Of the archive that runs, since it was activated: questions asked of it, and those that got no answer. */
  served: { predictions: number; errors: number } | undefined;
  /** p95 of the time to answer, running model / the one before it, both in service on this device; else of the shadow run. */
  latencyRatio: number | undefined;
  memoryRatio: number | undefined;
}

/** What is known of one member of the stages that have opened. */
export interface DeviceEvidence {
  device: string;
  site: string;
  stage: number;
  /** Not yet, while it waits for its turn. */
  assigned: { seq: number; sha256: string; at: number } | undefined;
  lastSeenAt: number | null;
  model: ModelEvidence | undefined;
  /** It failed or exceeded a limit, and a person has taken note of that: it does not stop the rollout again, nor hold it. */
  isAcknowledged: boolean;
}

/** Predictions that have matured, by cluster: those of one site are not independent of each other. */
export interface CohortCluster {
  cluster: string;
  count: number;
  /** Sum of what each prediction lost by the measure of its line: of chances (score − label)², so that loss / count is the Brier score. */
  loss: number;
}

/** By what two models are told apart on matured outcomes. */
export interface QualityMeasure {
  /** `Brier score`, `mean absolute error`, `pinball loss at 0.9`. */
  name: string;
  /** Of its values and of `worseBy`; a Brier score has none. */
  unit?: string;
}

/** The same period, the same line: what devices on the candidate said, and what those on the champion said. */
export interface MaturedCohorts {
  candidate: CohortCluster[];
  champion: CohortCluster[];
}

export interface SliceCohorts extends MaturedCohorts {
  /** Name and value, as in `trade = concrete`. */
  slice: string;
}

/** All a gate may look at: evaluation is a function of this value, the plan and the time. */
export interface GateInput {
  line: string;
  version: string;
  devices: DeviceEvidence[];
  /**
   * Verdicts over the candidate's own windows since the rollout began. `undecided`: what the newest of them could not rule
   * out, a change that matters and that so few sites or predictions cannot make sure of.
   */
  drift: { judged: number; alarms: string[]; undecided?: string };
  /** By site. */
  quality: MaturedCohorts;
  fairness: SliceCohorts[];
  /** What losses are; without it they are Brier scores. */
  measure?: QualityMeasure;
  /** Why no loss tells the two models apart, as the end of a sentence: what they answer is not the same, or nobody said how late. */
  unmeasured?: string;
  /** Parts the bundles lack, so that gates which need them can never decide: said before a rollout starts. */
  absent: ('golden' | 'reference')[];
}
