export type * from './door/index.ts';
export { TabletError, type TabletErrorCode } from './errors.ts';
export { capabilitiesOf } from './page/capabilities.ts';
export { openTabletAgent, type TabletAgentOptions } from './page/open-tablet-agent.ts';
export { keepPreferences, readStoredPage, readStoredView, type StoredPage } from './view/page-shelf.ts';
export type { ActivityView, EntryInput, Prediction, StoredPrediction } from '../index.ts';
