export { deriveFeatures, fillDerived, recordOf } from './derive-features.ts';
export type { DeriveOptions } from './derive-features.ts';
export { DerivedError, type DerivedErrorCode } from './errors.ts';
export { fleetHistories, historiesOf, historiesOfRows } from './site-histories.ts';
export type { ActivityOf, SiteHistories } from './site-histories.ts';
