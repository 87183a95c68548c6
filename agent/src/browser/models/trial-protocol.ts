import type { TrialJob, TrialResult } from '../../ports/index.ts';

/** What goes into the trial worker: first how much memory it may take, then one job at a time. */
export type TrialQuestion =
  | { type: 'start'; memoryMb: number }
  | { type: 'job'; job: Pick<TrialJob, 'model' | 'manifest' | 'records'> };

export type TrialAnswer =
  | { type: 'ready' }
  | ({ type: 'scored' } & Omit<Extract<TrialResult, { ok: true }>, 'ok'>)
  | { type: 'failed'; detail: string };
