export * from './decode-text.ts';
export * from './errors.ts';
export * from './read-csv.ts';
export type { CsvLimits } from './splitter.ts';
