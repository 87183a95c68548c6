export { diffDatasets, type DatasetDiff } from './diff.ts';
export {
  datasetHistory,
  datasetNames,
  datasetPage,
  describeDataset,
  type DatasetHead,
  type DatasetRecord,
} from './list.ts';
export { findDataset, loadDataset, type KeptRow } from './load.ts';
export {
  registerDataset,
  registerDatasets,
  registerSentDataset,
  type DatasetDeps,
  type Registered,
} from './register.ts';
