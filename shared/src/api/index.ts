export * from './device.ts';
export * from './problem.ts';
