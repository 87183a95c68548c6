export * from './derive/index.ts';
export * from './plan-network.ts';
export * from './rank.ts';
export * from './site-log.ts';
