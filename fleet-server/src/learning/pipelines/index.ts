export { inputsOf, LATE, mappingOf, OUTPUT, outputOf, referenceOf, rowsOf } from './describe-model.ts';
export { delayOutputOf } from './delay/days.ts';
export { describeTrained, isClassification, type Description } from './delay/describe-trained.ts';
export { recordOf } from '../datasets/index.ts';
export { importModel, type ForeignModel, type ImportedRelease } from './import-model.ts';
export { PipelineError } from './errors.ts';
export { PUBLISHED, type PublishedFamily } from './published.ts';
export { releaseModel, type Release } from './release-model.ts';
export { cardOf } from './card-of.ts';
export {
  trainDelayModel,
  type HeldOutDays,
  type TrainDelayOptions,
  type TrainedDelayModel,
} from './train-delay-model.ts';
export { trainModel, type Holdout, type TrainedModel, type TrainModelOptions } from './train-model.ts';
export { checkPipeline } from './file/check.ts';
export { readPipelineFile } from './file/read-file.ts';
export { examinePipeline, pipelineKind, type ExaminedPipeline } from './runs/declared.ts';
export { cancelPipelineRun } from './runs/record.ts';
export { orderPipeline, putPipeline, renewSecret, type PutPipeline } from './runs/put.ts';
export {
  attemptsOf,
  getPipeline,
  getPipelineRun,
  latestOf,
  listPipelineRuns,
  listPipelines,
  logOfRun,
} from './runs/read.ts';
export { requestRun, type Requested, type RunOrder } from './runs/request.ts';
export { removeOldRuns } from './runs/retain.ts';
export type { Cause, Pipeline, PipelineRun, StepAttempt } from './runs/run.ts';
export { createPipelineRunner, type PipelineRunner } from './runs/runner.ts';
export { refused, secretOf, triggerRun, watchPipelines } from './runs/triggers.ts';
export { STEP_KINDS, type StepKinds } from './steps/index.ts';
export type { PipelineDeps, StepAnswer, StepKind } from './steps/kind.ts';
