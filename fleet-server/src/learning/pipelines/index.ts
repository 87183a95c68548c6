export { inputsOf, LATE, OUTPUT, outputOf, referenceOf, rowsOf } from './describe-model.ts';
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
