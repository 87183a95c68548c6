import type { Machine } from '@plumbline/shared/machine';

export type RolloutStatus = 'draft' | 'running' | 'paused' | 'completed' | 'stopped' | 'reverted';
export type StageStatus = 'pending' | 'running' | 'soaking' | 'passed' | 'failed' | 'held';

/** Where a rollout stands. `stage` counts from 0; before the first opens it is -1. */
export interface RolloutState {
  status: RolloutStatus;
  stage: number;
  stageStatus: StageStatus;
  /** When the stage was opened, or its soak began; ms. */
  since: number;
  reason: string;
}

export type RolloutInput =
  | { type: 'start'; at: number }
  | { type: 'gate'; verdict: 'pass' | 'fail' | 'inconclusive'; sentence: string; at: number }
  | { type: 'soaked'; at: number }
  | { type: 'pause' | 'stop' | 'revert'; reason: string; at: number }
  | { type: 'resume'; at: number };

export type RolloutEffect = { type: 'open-stage' } | { type: 'revert' };

export interface RolloutShape {
  stages: number;
  onFailure: 'pause' | 'revert';
  hasPredecessor: boolean;
}

export const DRAFT: RolloutState = { status: 'draft', stage: -1, stageStatus: 'pending', since: 0, reason: '' };

/**
 * The life of a rollout. Failure beats success, inconclusive holds, and what has ended stays ended — except that a
 * completed or stopped rollout can still be reverted.
 */
export function rolloutMachine(shape: RolloutShape): Machine<RolloutState, RolloutInput, RolloutEffect> {
  return (state) => (input) => {
    switch (input.type) {
      case 'start':
        return state.status === 'draft' ? openStage(state, 0, input.at) : undefined;
      case 'gate':
        return state.status === 'running' ? afterGate(shape, state, input) : undefined;
      case 'soaked':
        return state.status === 'running' && state.stageStatus === 'soaking'
          ? afterSoak(shape, state, input.at)
          : undefined;
      case 'pause':
        return state.status === 'running' ? { state: { ...state, status: 'paused', reason: input.reason } } : undefined;
      case 'resume':
        return state.status === 'paused'
          ? {
              state: {
                ...state,
                status: 'running',
                stageStatus: resumed(state.stageStatus),
                since: input.at,
                reason: '',
              },
            }
          : undefined;
      case 'stop':
        return state.status === 'running' || state.status === 'paused'
          ? { state: { ...state, status: 'stopped', reason: input.reason } }
          : undefined;
      case 'revert':
        return shape.hasPredecessor && ['running', 'paused', 'completed', 'stopped'].includes(state.status)
          ? { state: { ...state, status: 'reverted', reason: input.reason }, effect: { type: 'revert' } }
          : undefined;
    }
  };
}

function openStage(state: RolloutState, stage: number, at: number) {
  const next: RolloutState = { ...state, status: 'running', stage, stageStatus: 'running', since: at, reason: '' };
  return { state: next, effect: { type: 'open-stage' } as const };
}

function afterGate(shape: RolloutShape, state: RolloutState, input: Extract<RolloutInput, { type: 'gate' }>) {
  if (input.verdict === 'fail') {
    const failed: RolloutState = { ...state, stageStatus: 'failed', reason: input.sentence };
    return shape.onFailure === 'revert' && shape.hasPredecessor
      ? { state: { ...failed, status: 'reverted' as const }, effect: { type: 'revert' } as const }
      : { state: { ...failed, status: 'paused' as const } };
  }
  const { stageStatus } = state;
  if (input.verdict === 'pass' && (stageStatus === 'running' || stageStatus === 'held')) {
    return { state: { ...state, stageStatus: 'soaking' as const, since: input.at, reason: input.sentence } };
  }
  // What looked good and no longer does must not go on by the clock alone.
  if (input.verdict === 'inconclusive' && stageStatus === 'soaking') {
    return { state: { ...state, stageStatus: 'held' as const, since: input.at, reason: input.sentence } };
  }
  return undefined;
}

function afterSoak(shape: RolloutShape, state: RolloutState, at: number) {
  if (state.stage + 1 < shape.stages) return openStage(state, state.stage + 1, at);
  return { state: { ...state, status: 'completed' as const, stageStatus: 'passed' as const, since: at } };
}

/** A failed stage is looked at again from the start when a person resumes it. */
function resumed(status: StageStatus): StageStatus {
  return status === 'failed' ? 'held' : status;
}
