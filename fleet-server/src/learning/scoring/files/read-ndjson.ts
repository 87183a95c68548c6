import type { Manifest } from '@plumbline/shared/manifest';
import { splitLines } from '../../datasets/index.ts';
import { ScoringError } from '../errors.ts';
import type { InputRow, RowPlan, RowSource } from './input-row.ts';
import { objectReader } from './read-objects.ts';

/** A whole tensor may stand in one row. */
const MAX_LINE_BYTES = 4 * 1024 * 1024;

/** Rows of a file with one JSON object a line, one at a time; blank lines are no rows. */
export function readNdjsonRows(
  chunks: AsyncIterable<Uint8Array>,
  manifest: Pick<Manifest, 'inputs'>,
  plan: RowPlan,
): RowSource {
  return { absent: [], named: true, rows: rowsOf(chunks, manifest, plan) };
}

async function* rowsOf(
  chunks: AsyncIterable<Uint8Array>,
  manifest: Pick<Manifest, 'inputs'>,
  plan: RowPlan,
): AsyncGenerator<InputRow> {
  const read = objectReader(manifest, plan);
  for await (const { line, text } of splitLines(chunks, MAX_LINE_BYTES)) {
    if (text?.trim() === '') continue;
    const value = text === null ? undefined : parse(text);
    yield value === undefined ? { line, error: notJson(line) } : read(value, line);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function notJson(line: number): ScoringError {
  return new ScoringError('row_malformed', `line ${line} is not JSON, or longer than ${MAX_LINE_BYTES} bytes`, {
    field: `line ${line}`,
    expected: 'one JSON object',
  });
}
