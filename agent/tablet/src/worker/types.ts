import type { StoredPrediction } from '@plumbline/agent/browser';

export type {
  ActivityRisk,
  AgentPhase,
  EntryInput,
  LineView,
  PayloadSource,
  Preferences,
  SiteView,
  StartStage,
  StorageView,
  StoredPage,
  TabletAgent,
} from '@plumbline/agent/browser';
/** What a version of a line says about an activity. */
export type Said = StoredPrediction;
