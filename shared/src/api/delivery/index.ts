export * from './declared.ts';
export * from './forecast.ts';
export * from './plan.ts';
export * from './policy.ts';
export * from './rehearsal.ts';
export * from './rollout.ts';
export * from './state.ts';
export * from './turns.ts';
