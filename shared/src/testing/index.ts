export * from './draw-counts.ts';
export * from './random-site-log.ts';
export * from './memory-crypto.ts';
export * from './seeded-random.ts';
export * from './virtual-clock.ts';
export * from './stable-stream.ts';
export * from './wandering-fleet.ts';
