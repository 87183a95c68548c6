export * from './catalogue.ts';
export { KIND_COLUMN } from './derivation.ts';
export type { Derivation, DerivationInput, DerivationNeed } from './derivation.ts';
export type { Counts, Kind } from './counts.ts';
export { asOf, createHistory } from './history.ts';
export type { HistoryAsOf, SiteHistory } from './history.ts';
export { knownAt } from './timeline.ts';
export type { Knowledge } from './timeline.ts';
