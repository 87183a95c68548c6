/** What has moved: values, scores, how often outcomes are late, what a score means, or how well a model does. */
export type FindingKind =
  | 'covariate'
  | 'score'
  | 'label'
  | 'concept'
  | 'estimated'
  | 'realised'
  | 'fairness'
  | 'quality'
  | 'sequence';

/** What is wrong with the data rather than with the world. */
export type QualityFault = 'stuck' | 'unit' | 'renamed' | 'missing' | 'range';

export interface FindingScope {
  of: 'fleet' | 'group' | 'profile' | 'site' | 'device';
  id: string;
}

/** One answer of one look, alarm or not: what server, alerts, gates, retraining and reports share. Times in ms. */
export interface Finding {
  id: string;
  kind: FindingKind;
  quality?: QualityFault;
  line: string;
  version: string;
  scope: FindingScope;
  from: number;
  to: number;
  /** When it began, and between which moments that is likely. */
  since?: { at: number; low: number; high: number };
  /** Feature or slice. */
  subject?: string;
  alarm: boolean;
  statistic: number;
  threshold: number;
  p: number;
  effect: number;
  n: number;
  devices: number;
  sites: number;
  tests: { name: 'chi2' | 'psi' | 'js'; statistic: number; threshold: number }[];
  sure: string;
  sentence: string;
  todo: string;
  /** How much of it each site brought, the largest first; description, not a test. */
  shares: { site: string; share: number }[];
}

/** Values of a feature that nothing is trained on until somebody has looked. `to` is null while it lasts. */
export interface Hold {
  line: string;
  feature: string;
  scope: FindingScope;
  from: number;
  to: number | null;
  finding: string;
}
