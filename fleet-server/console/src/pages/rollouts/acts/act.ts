import type { RolloutDetails } from '../rollout-of.ts';
import { isUnderWay, outcomeOf } from '../words.ts';

export const ACTS = ['start', 'approve', 'reject', 'proceed', 'resume', 'pause', 'retry', 'stop', 'revert'] as const;
export type Act = (typeof ACTS)[number];

export interface ActWords {
  verb: string;
  question: string;
  permission: 'rollouts:write' | 'rollouts:approve';
  isDangerous?: boolean;
  /** Start and approve say enough by themselves. */
  needsReason: boolean;
}

export const ACT_WORDS: Record<Act, ActWords> = {
  start: { verb: 'Start', question: 'Start the rollout?', permission: 'rollouts:write', needsReason: false },
  approve: { verb: 'Approve', question: 'Open the stage?', permission: 'rollouts:approve', needsReason: true },
  reject: {
    verb: 'Reject',
    question: 'Reject, and end the rollout for good?',
    permission: 'rollouts:approve',
    isDangerous: true,
    needsReason: true,
  },
  proceed: {
    verb: 'Let it go on',
    question: 'Let the held stage go on?',
    permission: 'rollouts:write',
    needsReason: true,
  },
  resume: { verb: 'Resume', question: 'Resume the rollout?', permission: 'rollouts:write', needsReason: true },
  pause: { verb: 'Pause', question: 'Pause the rollout?', permission: 'rollouts:write', needsReason: true },
  retry: {
    verb: 'Try again',
    question: 'Offer the release again?',
    permission: 'rollouts:write',
    needsReason: true,
  },
  stop: {
    verb: 'Stop',
    question: 'Stop the rollout for good?',
    permission: 'rollouts:write',
    isDangerous: true,
    needsReason: true,
  },
  revert: {
    verb: 'Revert',
    question: 'Send every device back?',
    permission: 'rollouts:write',
    isDangerous: true,
    needsReason: true,
  },
};

/** What makes sense where it stands: the table of shared/docs/rollouts.md, States. */
export function actsFor(rollout: Pick<RolloutDetails, 'state' | 'members'>): Act[] {
  const { state, members } = rollout;
  const { status, stage, stageStatus } = state;
  const can: Record<Act, boolean> = {
    start: status === 'draft',
    approve: status === 'awaiting-approval',
    reject: status === 'awaiting-approval',
    proceed: status === 'running' && stageStatus === 'held',
    resume: status === 'paused',
    pause: status === 'running' || status === 'awaiting-approval',
    stop: isUnderWay(state),
    revert: stage >= 0 && status !== 'reverted',
    retry: (isUnderWay(state) || status === 'completed') && members.some((member) => outcomeOf(member) === 'failed'),
  };
  return ACTS.filter((act) => can[act]);
}
