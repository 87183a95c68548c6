export * from '../schedule/errors.ts';
export type * from '../schedule/schedule.ts';
export * from '../schedule/work-calendar.ts';
export * from '../schedule/working-time.ts';
export { calculateNetwork, loopsOf } from './calculate.ts';
export * from './compare.ts';
export * from './milestones.ts';
export type * from './result.ts';
