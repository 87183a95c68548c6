import type { ActivityRecord, Manifest } from '@plumbline/shared/manifest';
import { ScoringError } from '../errors.ts';
import { badTime, IDS, MOMENTS, timeOfCell, wantedColumns } from './columns.ts';
import type { InputRow, RowPlan } from './input-row.ts';

export type ObjectReader = (value: unknown, line: number) => InputRow;

/**
 * Rows that are objects: a record `{activity?, values, asOf?}` as agents take it, or the columns themselves. Values are
 * taken as they are: what is text in JSON is no number.
 */
export function objectReader(manifest: Pick<Manifest, 'inputs'>, plan: RowPlan): ObjectReader {
  const wanted = wantedColumns(manifest);
  const hasValues = wanted.some(({ name }) => name === 'values');
  const taken = new Set(wanted.map(({ name }) => name));
  const ids = plan.id === undefined ? IDS.filter((name) => !taken.has(name)) : [plan.id];
  const moments = plan.asOf === undefined ? MOMENTS.filter((name) => !taken.has(name)) : [plan.asOf];
  return (value, line) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { line, error: malformed('row', value, 'one object a row') };
    }
    const row = value as Record<string, unknown>;
    const isRecord = typeof row['values'] === 'object' && row['values'] !== null && !hasValues;
    const from = isRecord ? (row['values'] as Record<string, unknown>) : row;
    const id = firstOf(row, ids);
    const head = { line, ...(isText(id) && { id: String(id) }) };
    const moment = firstOf(row, moments);
    const asOf = moment === undefined ? plan.asOfMs : timeOf(moment);
    if (asOf === null) return { ...head, error: badTime(moments[0] ?? 'asOf', moment) };
    const values: ActivityRecord['values'] = {};
    for (const { name } of wanted) {
      const cell = Object.hasOwn(from, name) ? plain(from[name]) : undefined;
      if (cell === undefined) continue;
      if (cell !== null && typeof cell !== 'number' && typeof cell !== 'string') {
        return { ...head, error: malformed(`values.${name}`, cell, 'a number, a text or null') };
      }
      values[name] = cell;
    }
    return { ...head, record: { values, asOf } };
  };
}

function firstOf(row: Record<string, unknown>, names: readonly string[]): unknown {
  return names.map((name) => row[name]).find((value) => value !== undefined && value !== null);
}

/** A tensor may stand there as a list; what JSON cannot say is missing. */
function plain(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return null;
  if (Array.isArray(value)) return JSON.stringify(value);
  return value;
}

function timeOf(moment: unknown): number | null {
  return isText(moment) ? timeOfCell(moment) : null;
}

function isText(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

function malformed(field: string, value: unknown, expected: string): ScoringError {
  const shown = (JSON.stringify(value) ?? typeof value).slice(0, 80);
  return new ScoringError('row_malformed', `${field}: ${shown}`, { field, expected });
}
