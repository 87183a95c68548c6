import {
  benjaminiHochberg,
  budgetOf,
  qualityOf,
  type DriftWindow,
  type FeatureBins,
  type FeatureCounts,
  type Finding,
  type FindingScope,
  type QualityFinding,
  type Reference,
} from '@plumbline/shared/drift';
import { makeFinding } from '../findings/make-finding.ts';
import { mergeAll, type DeviceSum } from '../merge/device-days.ts';
import { aboutOf, FLEET, sum, type Period } from './period.ts';

/** Which devices' values of a feature are not to be believed. */
export type Faulty = ReadonlyMap<string, ReadonlySet<string>>;

export interface QualityVerdict {
  findings: Finding[];
  faulty: Faulty;
}

/** Questions that are asked of a number: missing, then stuck, unit or range; of a category: missing, renamed. */
const QUESTIONS = { number: 4, category: 2 } as const;
/** Devices that are left out in turn before all together are believed. */
const LEFT_OUT = 5;

/** A fault of one feature on some devices. */
interface Fault {
  feature: string;
  fault: QualityFinding;
  devices: DeviceSum[];
}

/** Faults of the data, device by device first: one that is broken says nothing of the world. */
export function judgeQuality(period: Period): QualityVerdict {
  const { reference, devices } = period;
  const features = reference.features.map(({ bins }) => bins).filter(({ seasonal }) => seasonal !== true);
  const faults = faultsOfDevices(reference, features, devices);
  const known = new Set(faults.map(({ feature, fault }) => `${feature} ${fault.fault}`));
  const common = faultsOfAll(reference, features, devices).filter(
    ({ feature, fault }) => !known.has(`${feature} ${fault.fault}`),
  );
  const faulty = new Map<string, Set<string>>();
  for (const { feature, devices: own } of [...faults, ...common]) {
    const set = faulty.get(feature) ?? new Set<string>();
    for (const { device } of own) set.add(device);
    faulty.set(feature, set);
  }
  const findings = [
    ...faults.flatMap((fault) => scoped(fault, devices)),
    ...common.map((one) => ({ ...one, scope: FLEET })),
  ];
  return { findings: findings.map((one) => findingOf(period, one)), faulty };
}

/** One family of every question to every feature of every device. */
function faultsOfDevices(
  reference: Reference,
  features: readonly FeatureBins[],
  devices: readonly DeviceSum[],
): Fault[] {
  const q = budgetOf('quality', 'parts');
  const asked = features.reduce((all, { type }) => all + QUESTIONS[type], 0) * devices.length;
  const seen = devices.flatMap((device) =>
    features.flatMap((bins) =>
      faultsOf(reference, bins, [device], q).map((fault) => ({ feature: bins.name, fault, device })),
    ),
  );
  if (seen.length === 0) return [];
  const unseen = Array<number>(asked - seen.length).fill(1);
  const found = benjaminiHochberg([...seen.map(({ fault }) => fault.p), ...unseen], q);
  const faults = new Map<string, Fault>();
  for (const [i, { feature, fault, device }] of seen.entries()) {
    if (found[i] !== true) continue;
    const key = `${feature} ${fault.fault}`;
    const known = faults.get(key);
    if (known === undefined) faults.set(key, { feature, fault, devices: [device] });
    else {
      known.devices.push(device);
      if (fault.p < known.fault.p) known.fault = fault;
    }
  }
  return [...faults.values()];
}

/** What only all together show: a thin fault everywhere. It must not hang on any one of those that say most. */
function faultsOfAll(reference: Reference, features: readonly FeatureBins[], devices: readonly DeviceSum[]): Fault[] {
  if (devices.length < 2) return [];
  const alpha = budgetOf('quality', 'fleet') / features.reduce((all, { type }) => all + QUESTIONS[type], 0);
  const loudest = devices.toSorted((a, b) => b.window.count - a.window.count).slice(0, LEFT_OUT);
  return features.flatMap((bins) =>
    faultsOf(reference, bins, devices, alpha)
      .filter(({ fault }) =>
        loudest.every((out) => {
          const rest = devices.filter((one) => one !== out);
          return faultsOf(reference, bins, rest, alpha).some((one) => one.fault === fault);
        }),
      )
      .map((fault) => ({ feature: bins.name, fault, devices: [...devices] })),
  );
}

function faultsOf(
  reference: Reference,
  bins: FeatureBins,
  devices: readonly DeviceSum[],
  alpha: number,
): QualityFinding[] {
  const counted = devices.filter(({ window }) => sum(window.features[bins.name] ?? []) > 0);
  const [first] = counted;
  if (first === undefined) return [];
  const before = reference.features.find((one) => one.bins.name === bins.name)?.counts ?? [];
  const scale = reference.scale?.[bins.name];
  const repeats = reference.repeats?.[bins.name];
  const known: FeatureCounts = { counts: before, ...(scale && { scale }), ...(repeats && { repeats }) };
  const window = counted.length === 1 ? first.window : mergeAll(counted.map((one) => only(one.window, bins.name)));
  const shape = window.shape[bins.name];
  const hasSupport = reference.support?.[bins.name] !== undefined;
  const now: FeatureCounts = {
    counts: window.features[bins.name] ?? [],
    ...(shape && {
      scale: shape.octaves,
      repeats: { count: shape.repeats, of: shape.compared },
      ...(hasSupport && { outside: [shape.below, shape.above] as const }),
    }),
  };
  return qualityOf(bins, known, now, { alpha });
}

/** Of one feature: every window of the fleet is added up for each. */
function only(of: DriftWindow, name: string): DriftWindow {
  const { features, shape, matured: _matured, corrections: _corrections, ...window } = of;
  const [counts, own] = [features[name], shape[name]];
  return {
    ...window,
    score: [],
    latency: [],
    slices: [],
    features: counts === undefined ? {} : { [name]: counts },
    shape: own === undefined ? {} : { [name]: own },
  };
}

/** The smallest place that holds it: half of the fleet and more is the fleet, a whole site the site, else each device. */
function scoped(fault: Fault, all: readonly DeviceSum[]): (Fault & { scope: FindingScope })[] {
  const { devices } = fault;
  if (devices.length > 1 && devices.length * 2 >= all.length) return [{ ...fault, scope: FLEET }];
  const bySite = Map.groupBy(devices, ({ site }) => site);
  return [...bySite].flatMap(([site, own]): (Fault & { scope: FindingScope })[] => {
    const isWhole = own.length > 1 && own.length === all.filter((one) => one.site === site).length;
    if (isWhole) return [{ ...fault, devices: own, scope: { of: 'site', id: site } }];
    return own.map((device) => ({ ...fault, devices: [device], scope: { of: 'device', id: device.device } }));
  });
}

function findingOf(period: Period, { feature, fault, devices, scope }: Fault & { scope: FindingScope }): Finding {
  const where = scope.of === 'fleet' ? `${devices.length} devices` : `${scope.of} ${scope.id}`;
  return makeFinding({
    ...aboutOf(period),
    kind: 'quality',
    quality: fault.fault,
    scope,
    subject: feature,
    alarm: true,
    statistic: fault.size,
    threshold: 0,
    p: fault.p,
    effect: fault.size,
    n: devices.reduce((all, { window }) => all + window.count, 0),
    devices: devices.length,
    sites: new Set(devices.map(({ site }) => site)).size,
    sentence: `${where}: ${fault.sentence}`,
  });
}
