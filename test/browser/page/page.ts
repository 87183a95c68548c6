/** Everything that the tests ask of Chromium. */
export { judgeEd25519 } from '../../conformance/ed25519-cases.ts';
export { approve, findKey, makeKey } from './approve.ts';
export { newestGeneration, tearGeneration, writeGeneration } from './generations.ts';
export { judgeTraces } from './traces.ts';
