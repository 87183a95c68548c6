export { inputsOf, LATE, OUTPUT, recordOf, referenceOf, rowsOf } from './describe-model.ts';
export { importModel, type ForeignModel, type ImportedRelease } from './import-model.ts';
export { PipelineError } from './errors.ts';
export { releaseModel, type Release } from './release-model.ts';
export { trainModel, type TrainedModel } from './train-model.ts';
