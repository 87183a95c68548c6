export { createJob } from './create.ts';
export { newBatchJob, type BatchJob, type BatchRun, type BatchSource, type NewBatchJob } from './job.ts';
export { deleteJob, orderJob, type JobOrder } from './order.ts';
export { getJob, getRun, listJobs, listRuns } from './read.ts';
export { createBatchRunner, type BatchRunner } from './runner.ts';
export { removeOldResults } from './retain.ts';
