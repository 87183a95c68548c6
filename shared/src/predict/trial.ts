import type { Manifest } from '../manifest/manifest.ts';
import type { ActivityRecord } from '../manifest/record.ts';

/** A model that is not trusted yet, and what it is to be asked. */
export interface TrialJob {
  model: Uint8Array;
  manifest: Pick<Manifest, 'inputs' | 'output'>;
  records: ActivityRecord[];
  deadlineMs: number;
  memoryMb: number;
}

export type TrialResult =
  /** One score per record, and what loading and running cost. */
  | { ok: true; scores: number[]; loadMs: number; runMs: number; peakMb: number }
  | { ok: false; reason: 'crashed' | 'timed_out' | 'failed'; detail: string };

/** Loads and runs a model where it can do no harm: a process that may crash, hang or be killed. */
export interface ModelTrial {
  run(job: TrialJob): Promise<TrialResult>;
  close(): Promise<void>;
}
