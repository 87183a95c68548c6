import { derivedSources, deriveValues, withDerived, type SiteHistory } from '@plumbline/shared/activity';
import { featuresOf, type ActivityRecord, type DerivedSource, type Manifest } from '@plumbline/shared/manifest';

/** What the site knows; opened when the first model asks for it, so that others do not pay for it. */
export type OpenHistory = () => SiteHistory;

/** What a model wants to have derived, as it stands in its manifest. */
export function derivedOf(manifest: Pick<Manifest, 'inputs'>): DerivedSource[] {
  return derivedSources(featuresOf(manifest));
}

/** The records as the model is to be asked: with what the site knew at the moment of each. Nothing a caller says counts. */
export function deriveRecords(
  sources: readonly DerivedSource[],
  records: readonly ActivityRecord[],
  open: OpenHistory | undefined,
): readonly ActivityRecord[] {
  if (sources.length === 0) return records;
  const history = open?.();
  return records.map((record) => withDerived(sources, record, history));
}

/**
 * Records of this device for models that did not see them: what one of them was told when it was asked stands, what only
 * the others want is derived as of then.
 */
export function deriveAgain(
  manifests: readonly Pick<Manifest, 'inputs'>[],
  records: readonly ActivityRecord[],
  open: OpenHistory,
): readonly ActivityRecord[] {
  const sources = manifests.flatMap(derivedOf);
  if (sources.length === 0) return records;
  const history = open();
  return records.map((record) => ({
    ...record,
    derived: { ...deriveValues(sources, record, history), ...record.derived },
  }));
}
