import type { Manifest } from '@plumbline/shared/manifest';
import type { DayPresence } from '../../../sites/devices/index.ts';
import type { RolloutPlan } from '../plan/rollout-plan.ts';

/** What a device is to be sent, or why nothing of the release fits it. */
export type ForecastFit =
  | { unfit: string; variant?: never; sha256?: never }
  | { variant: string; codec: string; payloadBytes: number; sha256: string; unfit?: never };

/** A device that some stage selects, with all that a forecast looks at. */
export interface ForecastDevice {
  device: string;
  site: string;
  profile: string;
  agent: string;
  /** Index of the stage that draws it; undefined: nothing fits it, or no stage takes so many. */
  stage: number | undefined;
  fit: ForecastFit;
  /** What it would be sent to go back; undefined where there is nothing to go back to, or nothing that fits. */
  back: { sha256: string; payloadBytes: number } | undefined;
  /** The rollout has given it the release already. */
  isGiven: boolean;
  isOnline: boolean;
  lastSeenAt: number | null;
  presence: readonly DayPresence[];
  /** SHA-256 of the archive of this line that answers there now; undefined while nothing does. */
  runningSha256: string | undefined;
  /** Real inputs it has, its own and those of its site's plans: what both models can be compared on. */
  records: number;
  predictionsPerDay: number;
  /** Up and down in this month, UTC, and what it may use; undefined: nobody set a limit. */
  link: { usedBytes: number; limitBytes: number | undefined };
  /** Length of what it last reported. */
  reportBytes: number;
}

export interface ForecastSite {
  zone: string;
  /** In the currency of the office, per 2^20 bytes; null: nobody knows. */
  costPerMb: number | null;
}

/** An activity that is planned and has not ended. */
export interface DueActivity {
  site: string;
  dueAt: number;
  /** A model of the line has been asked about it before. */
  isAsked: boolean;
}

/** All that a forecast is a function of. */
export interface ForecastInput {
  now: number;
  plan: RolloutPlan;
  /** Stage that is open, −1 before the start. */
  open: number;
  predecessor: string | null;
  /** What the release and its predecessor answer, where that is not the same: no gate compares them. */
  unlike?: string;
  /** By variant; empty where the bundles were not opened. */
  parts: { variant: string; parts: Manifest['parts'] }[];
  /** How many devices each stage selects. */
  selected: number[];
  devices: ForecastDevice[];
  sites: ReadonlyMap<string, ForecastSite>;
  /** Sites with devices that no stage selects: they go on with the model in force. */
  untouchedSites: ReadonlySet<string>;
  /** Lengths of the documents in force that a device may have to fetch. */
  metadata: { timestamp: number; snapshot: number; line: number };
  /** Read only where a gate over outcomes is asked. */
  due: DueActivity[];
  /** Why nothing goes out now, where the fleet is frozen. */
  frozen: string | undefined;
}

/** What a person should know before the start. */
export const LEVELS = ['refused', 'holds', 'blind', 'late', 'budget', 'left-out', 'note'] as const;
export type Level = (typeof LEVELS)[number];

export interface Warning {
  /**
   * `refused`: it could not be created; `holds`: a stage cannot go on by itself; `blind`: a gate cannot stop it; `late`:
   * devices that will not be there in time; `budget`: links it is too much for; `left-out`: devices that nothing fits.
   */
  level: Level;
  /** Name of the stage; undefined: the whole rollout. */
  stage: string | undefined;
  sentence: string;
}

export function isFit(fit: ForecastFit): fit is Extract<ForecastFit, { variant: string }> {
  return fit.unfit === undefined;
}
