export * from './registry.ts';
export * from './variant.ts';
export * from './version.ts';
