export { MAX_UNCLEAN_STARTS } from './failing.ts';
export * from './machine.ts';
export * from './model.ts';
export { stepOf } from './moves.ts';
export * from './plan.ts';
export * from './reasons.ts';
export * from './strikes.ts';
