/** How much of what is over is kept. */
export interface Retention {
  /** Runs of each pipeline, the newest ones; besides those that a version or release came from. */
  pipelineRuns: number;
  /** Days that results of batch jobs stay; besides the newest of each job. */
  batchDays: number;
}

export const DEFAULT_RETENTION: Retention = { pipelineRuns: 100, batchDays: 90 };
