import type { Machine, Transition } from '@plumbline/shared/machine';
import type { RolloutEffect, RolloutInput, RolloutShape, RolloutState } from './state.ts';

type Next = Transition<RolloutState, RolloutEffect> | undefined;
type Input<Type extends RolloutInput['type']> = Extract<RolloutInput, { type: Type }>;

/**
 * The life of a rollout. Failure beats success, inconclusive holds, and what has ended stays ended — except that a
 * completed or stopped rollout can still be reverted, if a stage of it has ever opened.
 */
export function rolloutMachine(shape: RolloutShape): Machine<RolloutState, RolloutInput, RolloutEffect> {
  return (state) => (input) => {
    const { status, stageStatus } = state;
    switch (input.type) {
      case 'start':
        return status === 'draft' ? openNext(shape, state, input.at) : undefined;
      case 'approve':
        return status === 'awaiting-approval' ? openStage(state, state.stage + 1, input.at) : undefined;
      case 'reject':
        return status === 'awaiting-approval'
          ? to(state, { status: 'stopped', asks: false, reason: `rejected by ${input.actor}: ${input.reason}` })
          : undefined;
      case 'gate':
        return afterGate(shape, state, input);
      case 'soaked':
        return status === 'running' && stageStatus === 'soaking' ? passStage(shape, state, input.at) : undefined;
      case 'deadline':
        return status === 'running' && (stageStatus === 'running' || stageStatus === 'held') && !state.asks
          ? to(state, { stageStatus: 'held', asks: true, since: input.at, reason: input.sentence })
          : undefined;
      case 'proceed':
        return status === 'running' && stageStatus === 'held' ? passStage(shape, state, input.at) : undefined;
      case 'pause':
        return status === 'running' || status === 'awaiting-approval'
          ? to(state, { status: 'paused', reason: input.reason })
          : undefined;
      case 'resume':
        return status === 'paused' ? resumed(state, input) : undefined;
      case 'stop':
        return status === 'running' || status === 'paused' || status === 'awaiting-approval'
          ? to(state, { status: 'stopped', asks: false, reason: input.reason })
          : undefined;
      case 'revert':
        return isRevertible(shape, state)
          ? {
              state: { ...state, status: 'reverted', asks: false, reason: input.reason },
              effect: { type: 'revert' },
            }
          : undefined;
    }
  };
}

/** Whether devices may have been given the release, and there is something to go back to. */
function isRevertible(shape: RolloutShape, { status, stage }: RolloutState): boolean {
  return shape.hasPredecessor && stage >= 0 && status !== 'draft' && status !== 'reverted';
}

function afterGate(shape: RolloutShape, state: RolloutState, { verdict, sentence, at }: Input<'gate'>): Next {
  const { status, stageStatus } = state;
  // Devices of the stages that have opened are watched while the next one waits for its approval.
  const isWatched = status === 'running' || (status === 'awaiting-approval' && state.stage >= 0);
  if (!isWatched) return undefined;
  if (verdict === 'fail') {
    const failed: RolloutState = { ...state, stageStatus: 'failed', asks: false, since: at, reason: sentence };
    return shape.onFailure === 'revert' && shape.hasPredecessor
      ? { state: { ...failed, status: 'reverted' }, effect: { type: 'revert' } }
      : { state: { ...failed, status: 'paused' } };
  }
  if (status !== 'running') return undefined;
  if (verdict === 'pass' && (stageStatus === 'running' || stageStatus === 'held')) {
    return to(state, { stageStatus: 'soaking', asks: false, since: at, reason: sentence });
  }
  // What looked good and no longer does must not go on by the clock alone.
  if (verdict === 'inconclusive' && stageStatus === 'soaking') {
    return to(state, { stageStatus: 'held', since: at, reason: sentence });
  }
  return undefined;
}

function passStage(shape: RolloutShape, state: RolloutState, at: number): Next {
  if (state.stage + 1 < shape.approvals.length) return openNext(shape, { ...state, stageStatus: 'passed' }, at);
  const done = { status: 'completed', stageStatus: 'passed', asks: false, since: at, reason: '' } as const;
  return { state: { ...state, ...done }, effect: { type: 'complete' } };
}

function openNext(shape: RolloutShape, state: RolloutState, at: number): Next {
  const needsApproval = shape.approvals[state.stage + 1] === true;
  return needsApproval
    ? to(state, { status: 'awaiting-approval', asks: true, since: at, reason: '' })
    : openStage(state, state.stage + 1, at);
}

function openStage(state: RolloutState, stage: number, at: number): Next {
  const opened = { status: 'running', stage, stageStatus: 'running', openedAt: at, since: at } as const;
  return { state: { ...state, ...opened, asks: false, reason: '' }, effect: { type: 'open-stage' } };
}

/** A failed stage is looked at again from the start; a soak starts over; what waited for its approval waits on. */
function resumed(state: RolloutState, { accepted, at }: Input<'resume'>): Next {
  const isBetweenStages = state.stageStatus === 'passed' || state.stageStatus === 'pending';
  return to(state, {
    status: isBetweenStages ? 'awaiting-approval' : 'running',
    stageStatus: state.stageStatus === 'failed' ? 'held' : state.stageStatus,
    asks: isBetweenStages,
    accepted: { ...state.accepted, ...accepted },
    // The deadline counts from here: a person has just looked.
    openedAt: at,
    since: at,
    reason: '',
  });
}

function to(state: RolloutState, changed: Partial<RolloutState>): Next {
  return { state: { ...state, ...changed } };
}
