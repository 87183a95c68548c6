export * from './machine.ts';
export * from './model.ts';
export * from './plan.ts';
export * from './reasons.ts';
