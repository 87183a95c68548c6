import type { DerivedSource, Feature, FeatureValue } from '../../manifest/feature.ts';
import type { ActivityRecord } from '../../manifest/record.ts';
import { inputOf, KIND_COLUMN, type Derivation } from './derivation.ts';
import type { SiteHistory } from './history.ts';
import { OF_CALENDAR } from './of-calendar.ts';
import { OF_NETWORK } from './of-network.ts';
import { OF_PLAN } from './of-plan.ts';
import { OF_PROGRESS } from './of-progress.ts';
import { OF_SITE } from './of-site.ts';

/**
 * The catalogue of derived features: one derivation for training, gateway and tablet.
 * A published derivation (`id@version`) never changes; a better one gets the next version.
 */
export const DERIVATIONS: Readonly<Record<string, Derivation>> = {
  ...OF_CALENDAR,
  ...OF_PLAN,
  ...OF_PROGRESS,
  ...OF_SITE,
  ...OF_NETWORK,
};

/** Under what a derived value stands in a record, and how people write it: `id@version`, or `id@version:column`. */
export function derivedName({ derived, of }: DerivedSource): string {
  return of === undefined ? derived : `${derived}:${of}`;
}

/** `trade-late-rate@1:phase` → its source; undefined when the catalogue has no such derivation, or it takes no column. */
export function parseDerived(name: string): DerivedSource | undefined {
  const at = name.indexOf(':');
  const derived = at === -1 ? name : name.slice(0, at);
  const derivation = Object.hasOwn(DERIVATIONS, derived) ? DERIVATIONS[derived] : undefined;
  const of = at === -1 ? undefined : name.slice(at + 1);
  if (derivation === undefined || of === '') return undefined;
  if (of === undefined) return { derived };
  return derivation.ofKind === true ? { derived, of } : undefined;
}

/** Sources among these features that are derived. */
export function derivedSources(features: readonly Feature[]): DerivedSource[] {
  return features.flatMap(({ from }) => ('derived' in from ? [from] : []));
}

/**
 * Derived values of a record by name, from what its site knew at `record.asOf` and nothing later. What cannot be known
 * is null: without a history that is everything but the calendar. Values are cut off at the range of the derivation.
 * Sources the catalogue lacks are left out.
 */
export function deriveValues(
  sources: readonly DerivedSource[],
  record: ActivityRecord,
  history?: SiteHistory,
): Record<string, FeatureValue> {
  const input = inputOf(record, history);
  const values: Record<string, FeatureValue> = {};
  for (const source of sources) {
    const derivation = Object.hasOwn(DERIVATIONS, source.derived) ? DERIVATIONS[source.derived] : undefined;
    if (derivation === undefined) continue;
    input.column = source.of ?? KIND_COLUMN;
    const value = derivation.derive(input);
    const [low, high] = derivation.range;
    values[derivedName(source)] =
      value === null || !Number.isFinite(value) ? null : Math.max(low, Math.min(high, value));
  }
  return values;
}

/** The record with its derived values, in place of any it came with. */
export function withDerived(
  sources: readonly DerivedSource[],
  record: ActivityRecord,
  history?: SiteHistory,
): ActivityRecord {
  return { ...record, derived: deriveValues(sources, record, history) };
}
