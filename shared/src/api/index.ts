export * from './dataset.ts';
export * from './device.ts';
export * from './events.ts';
export * from './problem.ts';
export * from './outcome.ts';
export * from './table.ts';
