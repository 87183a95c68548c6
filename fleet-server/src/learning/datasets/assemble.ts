import { DatasetError } from './errors.ts';
import { datasetVersion } from './version.ts';
import type { Dataset, Example, RejectedRow } from './dataset.ts';
import type { DataFile } from './files/data-file.ts';
import type { DatasetDraft } from './readers/reader.ts';

/** Fewer labelled rows than this cannot carry a figure that means anything. */
export const MINIMUM_ROWS = 50;

/**
 * A reader's draft → an immutable dataset: rows in the order of time, bad lines of the files added, version computed.
 * Throws `too_few_rows` or `one_class`; then nothing was made.
 */
export function assemble(
  name: string,
  reader: { name: string; version: number },
  files: readonly DataFile[],
  draft: DatasetDraft,
): Dataset {
  const malformed = files.flatMap((file) => file.rejected);
  requireLearnable(draft.examples, [...malformed, ...draft.rejected]);
  const counts = { ...draft.counts };
  for (const { code } of malformed) counts[code] = (counts[code] ?? 0) + 1;
  const examples = draft.examples.toSorted((a, b) => a.startAt - b.startAt || (a.ref < b.ref ? -1 : 1));
  const { features, target, split } = draft;
  return {
    name,
    version: datasetVersion({ target, split, features, examples }),
    reader: reader.name,
    readerVersion: reader.version,
    sources: files.map((file) => ({
      name: file.source,
      sha256: file.sha256,
      rows: file.rows.length + file.rejected.length,
    })),
    features,
    target,
    split,
    examples,
    rejected: [...malformed, ...draft.rejected],
    counts,
    missingValues: draft.missingValues,
    ...ignoredIn(files, draft),
    ...(draft.labelColumns ? { labelColumns: draft.labelColumns } : {}),
    ...(draft.censoring ? { censoring: draft.censoring } : {}),
    ...(draft.findings && draft.findings.length > 0 ? { findings: draft.findings } : {}),
  };
}

/** What no reader ever saw because no table can hold it, and what the reader left out. */
function ignoredIn(files: readonly DataFile[], draft: DatasetDraft): { ignoredColumns?: Record<string, string> } {
  const all = Object.assign({}, ...files.map((file) => file.ignoredColumns), draft.ignoredColumns);
  return Object.keys(all).length > 0 || draft.ignoredColumns ? { ignoredColumns: all } : {};
}

/** @param rejected rows that are no examples: the commonest reason is told. @throws DatasetError `too_few_rows`, `one_class` */
export function requireLearnable(examples: readonly Example[], rejected: readonly RejectedRow[] = []): void {
  if (examples.length < MINIMUM_ROWS) {
    const message = `only ${examples.length} labelled rows; a figure from so few means nothing${whyRejected(rejected)}`;
    throw new DatasetError('too_few_rows', message, {
      kind: 'refused',
      field: 'examples',
      expected: `at least ${MINIMUM_ROWS} labelled rows`,
    });
  }
  const late = examples.filter((example) => example.label === 1).length;
  if (late > 0 && late < examples.length) return;
  const message = `all ${examples.length} rows have the label ${late > 0 ? 1 : 0}, so there is nothing to learn`;
  throw new DatasetError('one_class', message, { kind: 'refused', field: 'label', expected: 'rows of both labels' });
}

function whyRejected(rejected: readonly RejectedRow[]): string {
  const byCode = [...Map.groupBy(rejected, ({ code }) => code).values()].toSorted((a, b) => b.length - a.length);
  const first = byCode[0]?.[0];
  if (first === undefined) return '';
  return `. ${byCode[0]?.length} rows were left out as ${first.code}, the first in line ${first.line}: ${first.message}`;
}
