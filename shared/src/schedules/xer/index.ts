export { readXer } from './read-xer.ts';
