import { DERIVATIONS, derivedName } from '@plumbline/shared/activity';
import type { FeatureBins, Reference } from '@plumbline/shared/drift';
import type { ActivityRecord, Feature, FeatureValue, GraphInput } from '@plumbline/shared/manifest';
import { createSeededRandom } from '@plumbline/shared/testing';

/**
 * Synthetic records within the training support, the same for the same seed: each value is drawn on its own from the
 * bins of the reference, so that no golden row is anybody's real activity. Without a reference, from the declared range.
 */
export function syntheticRecords(
  inputs: GraphInput[],
  reference: Reference | undefined,
  options: { count: number; seed: number; asOf: number },
): ActivityRecord[] {
  const random = createSeededRandom(options.seed);
  const bins = new Map(reference?.features.map((one) => [one.bins.name, one.bins]));
  return Array.from({ length: options.count }, () => {
    const values = Object.fromEntries(inputs.flatMap((input) => valuesFor(input, bins, random.next)));
    const derived = Object.fromEntries(inputs.flatMap((input) => derivedFor(input, bins, random.next)));
    return { values, asOf: options.asOf, ...(Object.keys(derived).length > 0 && { derived }) };
  });
}

function valuesFor(input: GraphInput, bins: Map<string, FeatureBins>, next: () => number): [string, FeatureValue][] {
  if (input.kind === 'tensor') {
    const size = input.shape.reduce((all, dim) => all * dim, 1);
    return [[input.column, JSON.stringify(Array.from({ length: size }, () => Math.fround(next())))]];
  }
  return input.features.flatMap((feature): [string, FeatureValue][] =>
    'column' in feature.from ? [[feature.from.column, draw(feature, bins.get(feature.name), input.dtype, next)]] : [],
  );
}

/** What a site would have to have known; drawn like any other value. */
function derivedFor(input: GraphInput, bins: Map<string, FeatureBins>, next: () => number): [string, FeatureValue][] {
  if (input.kind === 'tensor') return [];
  return input.features.flatMap((feature): [string, FeatureValue][] => {
    const { from, name } = feature;
    if ('column' in from) return [];
    const range = feature.range ?? DERIVATIONS[from.derived]?.range;
    const drawn = { ...feature, ...(range && { range: [...range] as [number, number] }) };
    return [[derivedName(from), draw(drawn, bins.get(name), input.dtype, next)]];
  });
}

function draw(feature: Feature, bins: FeatureBins | undefined, dtype: string, next: () => number): FeatureValue {
  if (feature.type === 'category') {
    const levels = bins?.type === 'category' ? bins.levels : (feature.categories ?? ['a']);
    return levels[Math.floor(next() * levels.length)] ?? '';
  }
  const [low, high] = boundsOf(feature, bins, next);
  const value = low + (high - low) * next();
  return dtype.startsWith('int') || dtype === 'bool' ? Math.round(value) : Math.fround(value);
}

function boundsOf(feature: Feature, bins: FeatureBins | undefined, next: () => number): [number, number] {
  if (bins?.type === 'number' && bins.edges.length >= 2) {
    const at = Math.floor(next() * (bins.edges.length - 1));
    return [bins.edges[at] ?? 0, bins.edges[at + 1] ?? 1];
  }
  return feature.range ?? [0, 1];
}
