/** Shrinking linear models. */
export { linearFamily } from './linear-family.ts';
