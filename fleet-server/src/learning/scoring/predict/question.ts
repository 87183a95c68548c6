import { withDerived } from '@plumbline/shared/activity';
import { CodedError } from '@plumbline/shared/errors';
import { activityRecord, featuresOf, type ActivityRecord, type Manifest } from '@plumbline/shared/manifest';
import { canonicalJson, name, sha256Hex, utf8 } from '@plumbline/shared/trust';
import { z } from 'zod';
import { ScoringError } from '../errors.ts';
import { historySources, type siteHistories } from '../model/site-history.ts';

/** What a planner asks: a record as agents take it, and whose it is. Derived values are ours to make. */
export const askedRecord = activityRecord.omit({ derived: true }).extend({
  asOf: z.number().int().optional(),
  /** Whose activity it is: with it the prediction matures, and what the site knew can be derived. */
  site: name.optional(),
  /** The caller's own: the same question under the same reference is answered once. */
  ref: z.string().min(1).max(256).optional(),
});
export type AskedRecord = z.infer<typeof askedRecord>;

export const MAX_RECORDS = 1_000;
export const MAX_REASONS = 16;

/** Known again by its reference: what was asked, and nothing of what was answered. */
export function questionOf(line: string, { ref: _ref, ...asked }: AskedRecord): string {
  return sha256Hex(utf8(canonicalJson({ line, ...asked })));
}

/** The record as the model is given it: at its moment, with what its site knew then. */
export async function placedRecord(
  manifest: Pick<Manifest, 'inputs'>,
  { ref: _ref, site, asOf, ...asked }: AskedRecord,
  now: number,
  historyOf: ReturnType<typeof siteHistories>,
): Promise<ActivityRecord> {
  const record = { ...asked, asOf: asOf ?? now };
  const { sources } = historySources(manifest);
  return sources.length === 0 ? record : withDerived(sources, record, await historyOf(site));
}

/** The columns that the model reads, as it was given them, for asking it again; private ones are kept nowhere. */
export function keptRecord(manifest: Pick<Manifest, 'inputs'>, record: ActivityRecord): ActivityRecord {
  const hidden = new Set(
    featuresOf(manifest).flatMap((one) => (one.private === true && 'column' in one.from ? [one.from.column] : [])),
  );
  const read = new Set([
    ...manifest.inputs.flatMap((input) => (input.kind === 'tensor' ? [input.column] : [])),
    ...featuresOf(manifest).flatMap(({ from }) => ('column' in from ? [from.column] : [])),
  ]);
  const values = Object.entries(record.values).filter(([column]) => read.has(column) && !hidden.has(column));
  return { ...record, values: Object.fromEntries(values) };
}

/** The same error, said of a record of a list. */
export function atRecord(at: number, error: CodedError): CodedError {
  const { code, kind, expected, cause, field, message } = error;
  return new CodedError(code, `records[${at}]: ${message}`, {
    kind,
    field: `records[${at}].${field ?? 'values'}`,
    ...(expected !== undefined && { expected }),
    cause,
  });
}

export function refReused(at: number, ref: string): ScoringError {
  return new ScoringError('ref_reused', `records[${at}].ref: ${ref} stands for another question`, {
    kind: 'conflict',
    field: `records[${at}].ref`,
    expected: 'a reference of its own for each question',
  });
}
