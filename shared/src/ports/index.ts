export * from './clock.ts';
export * from './crypto.ts';
export * from './random.ts';
