export * from './audit.ts';
export * from './operator.ts';
export * from './webhook.ts';
