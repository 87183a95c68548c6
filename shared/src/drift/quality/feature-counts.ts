import type { QualityFault } from '../finding.ts';

/** Values by floor(log₂|x|); `ZERO_OCTAVE` holds zeros. */
export type OctaveCounts = readonly (readonly [octave: number, count: number])[];
export const ZERO_OCTAVE = -128;

/** What was counted of one feature. Whatever is absent is not judged. */
export interface FeatureCounts {
  /** Over the bins of the reference. */
  counts: readonly number[];
  scale?: OctaveCounts;
  /** Rows equal to the one before, of so many that had one before. */
  repeats?: { count: number; of: number };
  /** Below and above everything the reference holds; of a window only. */
  outside?: readonly [below: number, above: number];
}

/** Something is wrong with the data of one feature, on one device or wherever these were counted. */
export interface QualityFinding {
  fault: QualityFault;
  /** Chance of what was seen if nothing was wrong; a family of features and devices shares a budget by these. */
  p: number;
  /** Share of rows concerned, or how many times larger values have become. */
  size: number;
  sentence: string;
}

/** Chance of a finding where nothing is wrong, for each feature. */
export interface QualityRule {
  alpha: number;
}
