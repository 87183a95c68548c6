export * from './clamp.ts';
export * from './detect.ts';
export * from './errors.ts';
export * from './fits.ts';
export { editDistance, nearest } from './nearest.ts';
export * from './resolve.ts';
export * from './schema.ts';
