export * from './outbox.ts';
export type { Write, Journal } from './journal.ts';
