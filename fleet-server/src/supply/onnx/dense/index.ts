/** Shrinking dense networks. */
export { denseFamily } from './dense-family.ts';
