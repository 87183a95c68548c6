import { compareAll, DEFAULT_DRIFT_RULE, type BinPair, type Comparison, type DriftRule } from '../assess.ts';
import { attributeChange } from '../explain/attribute.ts';
import type { Clustering } from '../tests/test-of-bins.ts';
import { capDevices, type DeviceCounts } from './cap-devices.ts';

/** What is compared of each device, in the order of its counts. */
export interface ComparedFeature {
  name: string;
  /** Counts of the reference. */
  before: readonly number[];
  clustering?: Clustering;
}

export interface DeviceVerdict {
  comparisons: Comparison[];
  alarm: boolean;
  /** Predictions that count, after the cap. */
  n: number;
  devices: number;
  sites: number;
  /** The device without which there would be no alarm; set where an alarm was held back for it. */
  hangsOn?: string;
}

/** Most influential devices that are left out in turn. */
const LEFT_OUT = 5;
/** With so few devices each has a say that no cap can limit: a second one must alarm by itself. */
const FEW = 5;

/**
 * A verdict that no single device can bring about or hide: each counts up to a cap, and an alarm stands only if it
 * stands without any one of them. A verdict right at its threshold can still be tipped by anybody.
 */
export function assessDevices(
  features: readonly ComparedFeature[],
  devices: readonly DeviceCounts[],
  rule: DriftRule = DEFAULT_DRIFT_RULE,
): DeviceVerdict {
  const heard = devices.filter(({ n }) => n > 0);
  const { counts, n } = capDevices(heard);
  const comparisons = compareAll(pairsOf(features, counts), rule);
  const found = comparisons.filter(({ alarm }) => alarm);
  const verdict = { comparisons, n, devices: heard.length, sites: new Set(heard.map(({ site }) => site)).size };
  if (found.length === 0) return { ...verdict, alarm: false };
  if (heard.length <= FEW) return { ...verdict, ...ofFew(features, heard, rule) };
  const suspects = new Set(found.flatMap(({ name }) => mostInfluential(features, heard, name)));
  for (const suspect of suspects) {
    const rest = capDevices(heard.filter(({ device }) => device !== suspect));
    const without = compareAll(pairsOf(features, rest.counts), rule);
    if (!without.some(({ alarm }) => alarm))
      return { ...verdict, alarm: false, hangsOn: suspect, comparisons: quiet(comparisons) };
  }
  return { ...verdict, alarm: true };
}

function ofFew(
  features: readonly ComparedFeature[],
  heard: readonly DeviceCounts[],
  rule: DriftRule,
): Partial<DeviceVerdict> & { alarm: boolean } {
  const alone = heard.filter(({ counts }) => compareAll(pairsOf(features, counts), rule).some(({ alarm }) => alarm));
  if (alone.length > 1) return { alarm: true };
  return alone[0] === undefined ? { alarm: false } : { alarm: false, hangsOn: alone[0].device };
}

function pairsOf(features: readonly ComparedFeature[], counts: readonly (readonly number[])[]): BinPair[] {
  return features.map((one, i) => ({ ...one, after: counts[i] ?? [] }));
}

function mostInfluential(features: readonly ComparedFeature[], heard: readonly DeviceCounts[], name: string): string[] {
  const i = features.findIndex((one) => one.name === name);
  const { weights } = capDevices(heard);
  const parts = heard.map(({ device, counts }, d) => {
    return { name: device, counts: (counts[i] ?? []).map((count) => count * (weights[d] ?? 0)) };
  });
  return attributeChange(features[i]?.before ?? [], parts)
    .slice(0, LEFT_OUT)
    .map((one) => one.name);
}

function quiet(comparisons: readonly Comparison[]): Comparison[] {
  return comparisons.map((one) => ({ ...one, alarm: false }));
}
