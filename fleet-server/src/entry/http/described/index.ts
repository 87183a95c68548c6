export { describeApi } from './describe.ts';
