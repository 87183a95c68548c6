export * from './csv/index.ts';
export * from './errors.ts';
export * from './msproject/index.ts';
export * from './plans.ts';
export * from './read-schedule.ts';
export * from './xer/index.ts';
