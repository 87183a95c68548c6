export { inputsOf, OUTPUT, referenceOf } from './describe-model.ts';
export { PipelineError } from './errors.ts';
export { releaseModel, type Release } from './release-model.ts';
export { trainModel, type TrainedModel } from './train-model.ts';
