export { addRegistry } from './registry.ts';
export { addRuns } from './runs.ts';
