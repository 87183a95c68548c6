import type { Censoring } from '../../datasets/index.ts';
import type { SliceReport } from '../fairness/assess.ts';
import type { Confusion } from '../../training/index.ts';
import type { Interval } from '../figures/interval.ts';

/** A figure with its 95 % interval where one is known. */
export type Figure = { value: number | null } & Partial<Interval>;

/** Where the rows came from, and what is not among them. */
export interface CardData {
  name: string;
  version: string;
  reader: string;
  /** What label 1 means. */
  target: string;
  rows: number;
  /** Of these, those the model was not made from. */
  heldOut: number;
  /** Share of label 1. */
  baseRate: number;
  split: string;
  sources: { name: string; sha256: string; rows: number }[];
  /** Rows that were read and left out, by reason. */
  left: Record<string, number>;
  /** Activities that were still open, and what became of them. */
  censoring?: Censoring;
  /** Versions it was made from, and how; none: read from its sources. */
  parents: string[];
  from: number | null;
  to: number | null;
  features: { name: string; type: string; unit?: string; private?: boolean }[];
}

export interface CardAlgorithm {
  name: string;
  parameters: Record<string, unknown>;
  /** Configurations that were tried, on how many folds. */
  tried: number;
  folds: number;
  seed: number;
  /** What recalibration did, in words. */
  calibration: string;
}

/**
 * What a model is for, made of, and worth. JSON on the version, Markdown for people. It holds no timings and no private
 * value: the same run gives the same card.
 */
export interface ModelCard {
  title: string;
  intendedUse: string[];
  data: CardData | null;
  algorithm: CardAlgorithm | null;
  /** There when the model answers delay days: then nothing here is of chances, and errors are in days. */
  days?: { loss: string };
  /** By name: `auc`, `brier` …; of days `mae`, `rmse`, `r2`, and of a quantile `pinball`, `below`. */
  crossValidated: Record<string, Figure>;
  holdout: Record<string, Figure> | null;
  confusion: (Confusion & { threshold: number }) | null;
  /** Brier score of always saying the base rate; of days the loss of the best constant. */
  baseline: Record<string, number>;
  calibration: { error: number; byChance: number; slope: number; intercept: number } | null;
  /** `held out`: on rows the model had not seen; `training`: on those it learned from. */
  importance: {
    basis: 'held out' | 'training';
    features: { feature: string; mean: number; low: number; high: number }[];
  };
  fairness: SliceReport[];
  limits: string[];
  gate: { verdict: 'pass' | 'refuse'; sentences: string[] } | null;
}

export const INTENDED_USE = [
  'To tell which planned activities of a construction site are likely to finish late, so that people can look at them first.',
  'For people who know the site: it orders attention, it decides nothing. Not for judging subcontractors, crews or persons, nor for penalties.',
];

export const INTENDED_USE_OF_DAYS = [
  'To tell by how many days planned activities of a construction site are likely to finish late or early, so that people can look at them first.',
  INTENDED_USE[1]!,
];

/** As `COMMON_LIMITS`, of a model that answers days. */
export const COMMON_LIMITS_OF_DAYS = [
  'Activities that are still open have no delay yet and are not among its rows: the longest delays are underrepresented, and what it says of them is too low.',
  'One number of days says nothing of how sure it is. Gates that need a chance (thresholds, calibration, label-free estimates) do not judge it.',
];

/** What holds of every model of this kind; limits of the data come before these. */
export const COMMON_LIMITS = [
  'It learned from what was recorded. Sites, trades or seasons that are not in the data are guesses; devices report when what they see has drifted from it.',
  'Probabilities are of groups of activities: of ten with 0.7, about seven are late; of one it says no more.',
];
