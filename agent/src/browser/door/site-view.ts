import type { AgentState, ActivityView, TrustView } from '../../index.ts';

/** A prediction's word about an activity, and what it said before. */
export interface ActivityRisk extends ActivityView {
  /** Score in force when the local day began, by the same line; absent where nothing was said then. */
  yesterday?: { score: number; at: number; version: string };
}

/** How a model line did here, on outcomes that are known: what a person is told before being asked to believe it. */
export interface TrackRecord {
  /** Said to be high, with a known outcome; and of those, late. */
  marked: number;
  slipped: number;
  /** The same of those that were not marked. */
  unmarked: number;
  unmarkedSlipped: number;
}

export interface LineView {
  line: string;
  state: AgentState['lines'][number]['state'];
  /** Version that answers now, and since when its data are as they are; absent while none does. */
  running?: { version: string; sha256: string; counter: number; trainedUntil?: number };
  record: TrackRecord;
  /**
   * `none`: its card, or enough outcomes of this site, show nothing beyond the base rate; no predictions are shown then.
   * `unproven`: nobody can say yet.
   */
  skill: { verdict: 'skilled' | 'unproven' | 'none'; because: string };
}

/** What waits on this tablet for the server. */
export interface Unsent {
  /** Entries and photos people made; predictions and evidence go by themselves and are lost to nobody. */
  entries: number;
  photos: number;
  /** When the oldest of them was made, ms. */
  oldestAt?: number;
}

export interface StorageView {
  /** The browser promised not to throw it away by itself; undefined while nobody asked. */
  persisted?: boolean;
  /** On this platform the promise counts only for an app on the home screen. */
  needsInstall: boolean;
  installed: boolean;
  usageBytes?: number;
  quotaBytes?: number;
}

/**
 * Where the last bundle came from: `gateway` when one of the site had it and this browser trusts it; else why not, as a
 * code of `NotNearbyCode`.
 */
export type PayloadSource = { from: 'gateway'; url: string } | { from: 'server'; because: string; detail: string };

/** Everything a page shows: composed by the worker, stored, so that an offline start paints it before anything runs. */
export interface SiteView {
  v: 1;
  /** When it was composed, ms. */
  at: number;
  site: string;
  /** IANA name of the time zone of the site; absent until the office has said so. */
  zone?: string;
  device: string;
  server: string;
  connected: boolean;
  lastContactAt?: number;
  lines: LineView[];
  /** By expected effect on milestones. */
  activities: ActivityRisk[];
  unsent: Unsent;
  storage: StorageView;
  payloads?: PayloadSource;
  trust: Pick<TrustView, never> & { stale?: boolean; clockSuspect?: boolean };
  /** Newest first; codes of the agent. */
  problems: { code: string; at: number; detail?: string }[];
  app: { version: string };
}
