export * from './link-budget.ts';
