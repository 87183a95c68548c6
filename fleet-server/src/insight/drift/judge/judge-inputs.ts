import {
  assessDevices,
  attributeChange,
  budgetOf,
  capDevices,
  compareAll,
  designEffectOf,
  jointDesignEffect,
  type Clustering,
  type Comparison,
  type DeviceCounts,
  type DeviceVerdict,
  type DriftRule,
  type Finding,
  type FindingScope,
} from '@plumbline/shared/drift';
import { judgeOwnPast } from './judge-own-past.ts';
import { spreadOf } from './spread-of.ts';
import { withOwnPast } from './with-own-past.ts';
import { makeFinding, placeOf } from '../findings/make-finding.ts';
import type { Faulty } from './judge-quality.ts';
import {
  aboutOf,
  addAll,
  comparedOf,
  countsOf,
  FLEET,
  SCORE,
  sum,
  type CountedFeature,
  type Period,
} from './period.ts';

/** Effect below which nothing alarms, Cohen's w: what a fleet need not know. */
export const MINIMUM_EFFECT = 0.3;

export interface InputVerdict {
  findings: Finding[];
  /** Of the whole fleet, alarm or not. */
  comparisons: Comparison[];
}

/**
 * Whether values and scores of the fleet are what they were in training, and whether they are what they were at the same
 * sites before: two questions with half of the budget each where both can be asked, one finding for each feature. Values
 * that are not to be believed move nothing: an alarm must stand without the devices whose data are at fault.
 */
export function judgeInputs(period: Period, faulty: Faulty, minimumEffect = MINIMUM_EFFECT): InputVerdict {
  const compared = comparedOf(period.reference);
  const past = judgeOwnPast(period, compared, faulty);
  const falseAlarmBudget = budgetOf('covariate', 'fleet') / (past.length > 0 ? 2 : 1);
  const rule = { falseAlarmBudget, minimumEffect };
  const devices = period.devices.map((one) => countsOf(one, compared));
  const { weights } = capDevices(devices);
  const capped = devices.map((one, d) => ({ ...one, counts: one.counts.map((counts) => weighed(counts, weights[d])) }));
  const features = compared.map((one, i) => ({ ...one, ...clusteringOf(period, one, capped, i) }));
  const verdict = assessDevices(features, devices, rule);
  const clean = verdict.alarm ? assessDevices(features, withoutFaulty(compared, devices, faulty), rule) : verdict;
  const comparisons = verdict.comparisons.map((one, i) => {
    const stands = !isTouched(one.name, faulty) || clean.comparisons[i]?.alarm === true;
    return { ...one, alarm: one.alarm && stands };
  });
  const all = comparisons.map((one, i) => findingOf(period, one, verdict, devices, compared[i]!, i));
  const alone = ofOneDevice(period, verdict, features, devices, rule, faulty);
  const { findings, moved } = withOwnPast(period, all, past, rule);
  return {
    findings: [...findings, ...alone],
    comparisons: comparisons.map((one) => (moved.has(one.name) ? { ...one, alarm: true } : one)),
  };
}

function weighed(counts: readonly number[], weight = 1): number[] {
  return counts.map((count) => count * weight);
}

/** The score hangs on every feature. */
function isTouched(name: string, faulty: Faulty): boolean {
  return name === SCORE ? faulty.size > 0 : faulty.has(name);
}

function withoutFaulty(compared: readonly CountedFeature[], devices: readonly DeviceCounts[], faulty: Faulty) {
  const anywhere = new Set([...faulty.values()].flatMap((some) => [...some]));
  return devices.map((one) => ({
    ...one,
    counts: one.counts.map((counts, i) => {
      const name = compared[i]?.name ?? '';
      const isFaulty = name === SCORE ? anywhere.has(one.device) : faulty.get(name)?.has(one.device) === true;
      return isFaulty ? counts.map(() => 0) : counts;
    }),
  }));
}

/**
 * How alike rows of one site are, in the window and in the reference; absent with too few sites to tell. All scores of a
 * window are of one model, and a reference of several knows how much models differ.
 */
function clusteringOf(
  { reference }: Period,
  { name, before }: CountedFeature,
  devices: readonly DeviceCounts[],
  i: number,
): { clustering?: Clustering } {
  const spread = spreadOf(devices.map(({ site, counts }) => ({ site, counts: counts[i] ?? [] })));
  const ofReference = reference.clusters?.designEffect[name] ?? 1;
  const m = devices.reduce((all, { counts }) => all + sum(counts[i] ?? []), 0);
  const ofModel = name === SCORE ? designEffectOf(reference.clusters?.correlation?.[SCORE] ?? 0, [m]) : 1;
  if (spread === undefined && ofReference <= 1 && ofModel <= 1) return {};
  const ofWindow = Math.max(spread?.designEffect ?? ofReference, ofModel);
  const designEffect = jointDesignEffect(ofReference, sum(before), ofWindow, m);
  const known = spread !== undefined && { sites: spread.sites, freedom: spread.freedom };
  return { clustering: { designEffect, ...known } };
}

/** An alarm that hung on one device is that device's: the fleet has not moved. */
function ofOneDevice(
  period: Period,
  { hangsOn }: DeviceVerdict,
  features: readonly (CountedFeature & { clustering?: Clustering })[],
  devices: readonly DeviceCounts[],
  rule: DriftRule,
  faulty: Faulty,
): Finding[] {
  const alone = devices.find(({ device }) => device === hangsOn);
  if (alone === undefined) return [];
  const pairs = features.map(({ name, before }, i) => ({ name, before, after: alone.counts[i] ?? [] }));
  const scope = { of: 'device', id: alone.device } as const;
  const isAtFault = (name: string) => {
    return name === SCORE
      ? [...faulty.values()].some((some) => some.has(alone.device))
      : faulty.get(name)?.has(alone.device);
  };
  return compareAll(pairs, rule)
    .filter(({ alarm, name }) => alarm && isAtFault(name) !== true)
    .map((one) => comparisonFinding(period, one, scope, { n: alone.n, devices: 1, sites: 1 }));
}

function findingOf(
  period: Period,
  one: Comparison,
  { n, devices: heard, sites }: DeviceVerdict,
  devices: readonly DeviceCounts[],
  { before }: CountedFeature,
  i: number,
): Finding {
  const finding = comparisonFinding(period, one, FLEET, { n: Math.round(n), devices: heard, sites });
  if (!one.alarm) return finding;
  const bySite = [...Map.groupBy(devices, ({ site }) => site)].map(([name, own]) => ({
    name,
    counts: addAll(own.map(({ counts }) => counts[i] ?? [])),
  }));
  return { ...finding, shares: attributeChange(before, bySite).map(({ name, share }) => ({ site: name, share })) };
}

/** A comparison as a finding, of whichever part of the fleet it is. */
export function comparisonFinding(
  period: Period,
  one: Comparison,
  scope: FindingScope,
  { n, devices, sites }: { n: number; devices: number; sites: number },
): Finding {
  const isScore = one.name === SCORE;
  const what = isScore ? 'what the model says' : one.name;
  const isFleet = scope.of === 'fleet';
  const moved = `${what} has moved in ${placeOf(scope)}${isFleet ? ': it is not as in training' : ''}`;
  const figures = `(effect ${one.effect.toFixed(2)}, p ${one.p < 1e-12 ? '< 1e-12' : `= ${one.p.toExponential(1)}`}, ${n} predictions)`;
  return makeFinding({
    ...aboutOf(period),
    kind: isScore ? 'score' : 'covariate',
    scope,
    ...(isScore ? {} : { subject: one.name }),
    alarm: one.alarm,
    statistic: one.statistic,
    threshold: one.tests.find(({ name }) => name === 'chi2')?.threshold ?? 0,
    p: one.p,
    effect: one.effect,
    n,
    devices,
    sites,
    tests: one.tests,
    sentence: one.alarm ? `${moved} ${figures}` : `${what} has not surely moved in ${placeOf(scope)} ${figures}`,
  });
}
