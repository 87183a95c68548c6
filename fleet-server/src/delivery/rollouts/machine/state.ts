import type { GateName, GateResult, Verdict } from '../gates/gates.ts';

export type RolloutStatus = 'draft' | 'awaiting-approval' | 'running' | 'paused' | 'completed' | 'stopped' | 'reverted';
export type StageStatus = 'pending' | 'running' | 'soaking' | 'passed' | 'failed' | 'held';

/** How far beyond its limit each gate stood when a person let the rollout go on all the same. */
export type Accepted = Partial<Record<GateName, number>>;

/** Where a rollout stands. `stage` counts from 0; before the first opens it is -1. */
export interface RolloutState {
  status: RolloutStatus;
  stage: number;
  stageStatus: StageStatus;
  /** When the stage opened; ms. */
  openedAt: number;
  /** When it came to be as it is: opened, began its soak, was held; ms. */
  since: number;
  /** It cannot decide by itself and has asked a person. */
  asks: boolean;
  accepted: Accepted;
  reason: string;
}

/** `at` is never before the last change: a clock that was put back stands still. */
export type RolloutInput =
  | { type: 'start'; at: number }
  | { type: 'approve'; actor: string; at: number }
  | { type: 'reject'; actor: string; reason: string; at: number }
  | { type: 'gate'; verdict: Verdict; sentence: string; at: number }
  | { type: 'soaked'; at: number }
  | { type: 'deadline'; sentence: string; at: number }
  | { type: 'proceed'; reason: string; at: number }
  | { type: 'pause' | 'stop' | 'revert'; reason: string; at: number }
  /** `accepted`: gates that fail and that a person has taken note of. */
  | { type: 'resume'; accepted: Accepted; reason: string; at: number };

export type RolloutEffect = { type: 'open-stage' } | { type: 'complete' } | { type: 'revert' };

/** What the machine has to know of the plan and the release. */
export interface RolloutShape {
  /** Of each stage, whether a person has to open it. */
  approvals: readonly boolean[];
  onFailure: 'pause' | 'revert';
  hasPredecessor: boolean;
}

export const DRAFT: RolloutState = {
  status: 'draft',
  stage: -1,
  stageStatus: 'pending',
  openedAt: 0,
  since: 0,
  asks: false,
  accepted: {},
  reason: '',
};

/** Statuses in which a rollout holds its devices: another one of the line has to be more important to take them. */
export const ACTIVE: readonly RolloutStatus[] = ['awaiting-approval', 'running', 'paused'];

/** Gates that fail now, and how far beyond their limit they stand. */
export function failingGates(results: readonly GateResult[]): Accepted {
  const failing = results.filter(({ verdict }) => verdict === 'fail');
  return Object.fromEntries(failing.map((result) => [result.gate, excessOf(result)]));
}

/** Distance of the value from its limit, whichever side is the wrong one. */
export function excessOf({ value, limit }: Pick<GateResult, 'value' | 'limit'>): number {
  return value === undefined ? 0 : Math.abs(value - limit);
}
