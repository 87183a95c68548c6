import { DERIVATIONS, KIND_COLUMN } from '../activity/derive/index.ts';
import type { Feature } from '../manifest/feature.ts';
import { featuresOf, type Manifest } from '../manifest/manifest.ts';

/**
 * The features whose values may leave the device: none that is private, reads the column of one that is, or is derived by
 * telling kinds of work apart by such a column.
 */
export function shareableFeatures(of: Pick<Manifest, 'inputs'>): Feature[] {
  let found = known.get(of.inputs);
  if (found === undefined) known.set(of.inputs, (found = without(featuresOf(of))));
  return found;
}

/** Asked once a record, and always the same of one manifest. */
const known = new WeakMap<Manifest['inputs'], Feature[]>();

function without(features: Feature[]): Feature[] {
  const hidden = new Set(
    features.flatMap((one) => (one.private === true && 'column' in one.from ? [one.from.column] : [])),
  );
  return features.filter((one) => one.private !== true && !hidden.has(columnOf(one) ?? ''));
}

function columnOf({ from }: Feature): string | undefined {
  if ('column' in from) return from.column;
  const derivation = Object.hasOwn(DERIVATIONS, from.derived) ? DERIVATIONS[from.derived] : undefined;
  return derivation === undefined || derivation.ofKind === true ? (from.of ?? KIND_COLUMN) : undefined;
}
