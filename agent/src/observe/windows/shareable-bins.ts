import { binsOf, type FeatureBins, type Reference } from '@plumbline/shared/drift';
import { shareableFeatures } from '@plumbline/shared/predict';
import type { LoadedModel } from '../../predict/load.ts';

/** What of a reference is counted on a device. */
export interface CountedBins {
  bins: FeatureBins[];
  support: NonNullable<Reference['support']>;
  /** Without the slices of private features, in their places all the same. */
  slices: NonNullable<Reference['slices']>;
}

const NONE: CountedBins = { bins: [], support: {}, slices: [] };
const known = new WeakMap<Reference, CountedBins>();

/** A model without reference is counted by its scores alone; a private feature never, whatever an imported reference says. */
export function countedBins({ manifest, reference }: Pick<LoadedModel, 'manifest' | 'reference'>): CountedBins {
  if (reference === undefined) return NONE;
  let found = known.get(reference);
  if (found === undefined) {
    const names = new Set(shareableFeatures(manifest).map(({ name }) => name));
    found = {
      bins: binsOf(reference).filter(({ name }) => names.has(name)),
      support: reference.support ?? {},
      slices: (reference.slices ?? []).map((one) => (names.has(one.feature) ? one : { ...one, feature: '' })),
    };
    known.set(reference, found);
  }
  return found;
}
