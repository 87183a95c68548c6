/** Inputs to judge a model by: read from files, made up, and dealt into disjoint parts. */
export { generateRuns, generateSamples, type GenerateOptions } from '../generate/generate-runs.ts';
export { SampleError, type SampleErrorCode } from './errors.ts';
export { loadSampleFiles, MAX_SAMPLE_BYTES } from './load-sample-files.ts';
export { readSamples } from './read-samples.ts';
export { joinSets, ROWS_PER_RUN, type SampleFile, type SampleOptions, type SampleSet } from './sample-set.ts';
export { splitSamples, type SampleSplit } from './split-samples.ts';
