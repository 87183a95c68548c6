/** How much of what is over is kept. */
export interface Retention {
  /** Runs of each pipeline, the newest ones; besides those that a version or release came from. */
  pipelineRuns: number;
  /** Days that results of batch jobs stay; besides the newest of each job. */
  batchDays: number;
  /**
   * Days that counts of devices, verdicts, findings, refusals and alerts that are over stay. What a change that stands, an
   * open turn or a hold speaks of stays beyond it. More than windows may be late (730).
   */
  driftDays: number;
}

export const DEFAULT_RETENTION: Retention = { pipelineRuns: 100, batchDays: 90, driftDays: 1100 };
