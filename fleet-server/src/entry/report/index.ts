export { changesOf, type Change } from './changes.ts';
export { ReportError, type ReportErrorCode } from './errors.ts';
export { gatherDrift } from './gather.ts';
export { driftHtml } from './html.ts';
export type { DriftMaterial } from './material.ts';
