import type { Finding, PerformanceName } from '@plumbline/shared/drift';

/** A figure with its interval; null where it cannot be told. */
export interface Figure {
  value: number | null;
  low: number | null;
  high: number | null;
}

export type Figures = Record<PerformanceName, Figure>;

export interface Period {
  /** Ms. */
  from: number;
  to: number;
  predictions: number;
  errors: number;
  devices: number;
  sites: number;
  outcomes: number;
  late: number;
  /** Before outcomes, from how often such scores were right; with 95 % intervals, as below. */
  estimated: Figures | null;
  /** By the outcomes that have come. */
  realised: Figures | null;
}

export interface Histogram {
  name: string;
  seasonal: boolean;
  bins: string[];
  reference: number[];
  now: number[];
}

export interface SiteShare {
  site: string;
  devices: number;
  predictions: number;
  outcomes: number;
  late: number;
}

/** All that a report on drift shows of one version, as numbers. */
export interface DriftMaterial {
  line: string;
  version: string;
  madeAt: number;
  from: number;
  to: number;
  /** In order of time. */
  periods: Period[];
  /** The newest periods together, which `now` of the histograms and `sites` count. */
  now: { from: number; to: number; predictions: number };
  /** Null without a reference in the bundle: then nothing can be compared. */
  reference: { rows: number; baseRate: number | null; expected: Record<PerformanceName, number> | null } | null;
  features: Histogram[];
  score: Histogram | null;
  sites: SiteShare[];
  /** Alarms first, then the newest. */
  findings: Finding[];
  /** Windows of devices that claim what they cannot have seen; in no figure here. */
  quarantined: number;
}
