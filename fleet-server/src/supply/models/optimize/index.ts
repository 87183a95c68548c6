/** The search for the right bytes: recipes are tried on both engines, judged by gates, and chosen by profile. */
export type { Metric } from '../judge/figures.ts';
export { GATES } from '../judge/gates.ts';
export {
  optimizeFile,
  type FileOptions,
  type FileSubject,
  type FileTrial,
  type OptimizedFile,
} from './optimize-file.ts';
export { optimizeModel, type OptimizedModel, type OptimizeOptions, type Variant } from './optimize-model.ts';
export type { LabelledRecords } from '../splits/record-splits.ts';
export { searchEncodings, type Searched, type SearchOptions } from './search.ts';
export type { Split, Splits } from '../splits/splits.ts';
export { PLAIN } from './trial.ts';
export { measuredOf, trialRows, type Measured, type TrialRow } from './trial-row.ts';
