export { SHIFT_AT } from './calibration.ts';
export { generateDataset, GeneratorError } from './generate.ts';
export type { GenerateOptions } from './generate.ts';
