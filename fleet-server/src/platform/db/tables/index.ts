export * from './audit.ts';
export * from './migrations.ts';
export * from './outbox.ts';
export * from './delivery.ts';
export * from './insight.ts';
export * from './learning.ts';
export * from './sites.ts';
export * from './supply.ts';
