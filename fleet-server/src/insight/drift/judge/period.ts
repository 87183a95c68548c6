import type { DeviceCounts, DriftWindow, Finding, FindingScope, Reference } from '@plumbline/shared/drift';
import type { DeviceDay, DeviceSum } from '../merge/device-days.ts';
import type { Belongings } from '../merge/scopes.ts';

/** What a look is about: everything that was counted of one version over one closed period, as a value. */
export interface Period {
  line: string;
  version: string;
  from: number;
  to: number;
  reference: Reference;
  devices: readonly DeviceSum[];
  /** The same devices before this period, for scopes that are held against themselves. */
  history: readonly DeviceDay[];
  /** Days of the period itself, for the question since when. */
  days: readonly DeviceDay[];
  belongings: ReadonlyMap<string, Belongings>;
  /** Days of this version within a year before; without them, no site is held against what it was. */
  past?: readonly DeviceDay[];
  /** Of those, what is no past to be held against. */
  setAside?: readonly SetAside[];
}

/** Time of a past in which something stood already: a change that was found, or data that were not to be believed. */
export interface SetAside {
  /** Feature, or the score. */
  name: string;
  scope: FindingScope;
  /** Days that begin in [from, to), ms. */
  from: number;
  to: number;
}

export const FLEET: FindingScope = { of: 'fleet', id: '' };
/** Name of the score among the features. */
export const SCORE = '(score)';

export interface CountedFeature {
  name: string;
  before: readonly number[];
}

/** What is compared, in this order: features that do not follow the calendar, and the score. */
export function comparedOf({ features, score }: Reference): CountedFeature[] {
  return [
    ...features
      .filter(({ bins }) => bins.seasonal !== true)
      .map(({ bins, counts }) => ({ name: bins.name, before: counts })),
    { name: SCORE, before: score },
  ];
}

/** Counts of a device in the order of what is compared. */
export function countsOf({ device, site, window }: DeviceSum, compared: readonly CountedFeature[]): DeviceCounts {
  const counts = compared.map(({ name }) => (name === SCORE ? window.score : (window.features[name] ?? [])));
  return { device, site, n: window.count, counts };
}

/** Counts of one window of a feature, or of the score. */
export function countsOfDay({ score, features }: DriftWindow, name: string): readonly number[] {
  return name === SCORE ? score : (features[name] ?? []);
}

/** What is the same of every finding of a look. */
export function aboutOf({ line, version, from, to }: Period): Pick<Finding, 'line' | 'version' | 'from' | 'to'> {
  return { line, version, from, to };
}

/** Counts added up bin by bin. */
export function addAll(lists: readonly (readonly number[])[]): number[] {
  const total: number[] = [];
  for (const list of lists) {
    for (const [bin, count] of list.entries()) total[bin] = (total[bin] ?? 0) + count;
  }
  return Array.from(total, (count) => count ?? 0);
}

export function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
