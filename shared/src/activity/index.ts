export * from './derive.ts';
export * from './plan-network.ts';
export * from './rank.ts';
export * from './site-log.ts';
