export { nextTime, ScheduleError } from './next-time.ts';
