import { describe, expect, it } from 'vitest';
import type { RolloutDetails } from '../rollout-of.ts';
import { actsFor } from './act.ts';
import { consequencesOf } from './consequences-of.ts';

const member = (device: string, about: Partial<RolloutDetails['members'][number]> = {}) => ({
  device,
  rollout: 'r-1',
  stage: 0,
  outcome: 'proven',
  assignmentSeq: 2,
  assignedAt: 1,
  outcomeAt: 1,
  outcomeReason: null,
  acknowledgedAt: null,
  returnedSeq: null,
  ...about,
});

const rollout = {
  line: 'delay',
  version: '1.1.0',
  author: 'user:bo',
  plan: { stages: [{ name: 'canary', approval: 'none' }], onFailure: 'pause' },
  state: { status: 'running', stage: 0, stageStatus: 'running', asks: false },
  members: [
    member('a'),
    member('b', { outcome: null }),
    member('c', { outcome: 'failed' }),
    member('d', { outcome: null, assignmentSeq: null }),
    member('e', { returnedSeq: 3 }),
  ],
  decisions: [],
  decisionsLeftOut: false,
} as unknown as RolloutDetails;
const known = { away: new Set(['b', 'd']), barred: new Set(['c']), predecessor: '1.0.0' };

describe('what follows from an act', () => {
  it('counts for a revert who goes back, who follows later and who never was given it', () => {
    expect(consequencesOf('revert', rollout, known)).toEqual([
      'Reverts 3 devices to delay@1.0.0: no window, freeze or rate holds it up.',
      '1 offline will follow when they return.',
      '1 device quarantined or revoked will not be reached.',
      '1 waiting device is never given 1.1.0.',
      'A device that was told something newer since is left alone.',
    ]);
  });

  it('says of a stop that devices keep what they were given', () => {
    expect(consequencesOf('stop', rollout, known)).toContain('3 devices given delay@1.1.0 keep it.');
  });
});

describe('acts that make sense', () => {
  it.each([
    ['draft', 'pending', -1, ['start']],
    ['running', 'running', 0, ['pause', 'retry', 'stop', 'revert']],
    ['running', 'held', 0, ['proceed', 'pause', 'retry', 'stop', 'revert']],
    ['awaiting-approval', 'passed', 0, ['approve', 'reject', 'pause', 'retry', 'stop', 'revert']],
    ['paused', 'failed', 0, ['resume', 'retry', 'stop', 'revert']],
    ['completed', 'passed', 0, ['retry', 'revert']],
    ['stopped', 'held', 0, ['revert']],
    ['reverted', 'failed', 0, []],
  ] as const)('%s, stage %s', (status, stageStatus, stage, acts) => {
    expect(actsFor({ ...rollout, state: { ...rollout.state, status, stage, stageStatus } })).toEqual(acts);
  });
});
