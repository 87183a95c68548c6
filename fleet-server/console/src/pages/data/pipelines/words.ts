import type { Tone } from '../../../parts/values/badge.tsx';
import type { PipelineRunView, StepAttempt } from '../queries.ts';

export type StepState = StepAttempt['state'] | 'pending';

export const RUN_TONES: Record<PipelineRunView['state'], Tone> = {
  queued: 'waiting',
  running: 'busy',
  waiting: 'waiting',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'stopped',
};

export const STEP_TONES: Record<StepState, Tone> = {
  pending: 'quiet',
  running: 'busy',
  waiting: 'waiting',
  succeeded: 'good',
  cached: 'good',
  skipped: 'quiet',
  failed: 'bad',
  interrupted: 'warning',
  cancelled: 'stopped',
};

/** A sign for each state beside its word: no colour has to be told apart. */
export const SIGNS: Record<StepState, string> = {
  pending: '·',
  running: '▶',
  waiting: '…',
  succeeded: '✓',
  cached: '≡',
  skipped: '–',
  failed: '✗',
  interrupted: '!',
  cancelled: '■',
};

export const isUnderWay = ({ state }: Pick<PipelineRunView, 'state'>) =>
  state === 'queued' || state === 'running' || state === 'waiting';
