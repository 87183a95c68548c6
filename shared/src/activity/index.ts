export * from './derive.ts';
export * from './site-log.ts';
