import type { Feature, FeatureValue, Manifest } from '@plumbline/shared/manifest';
import { isMissing, parseDate, parseNumber } from '../../datasets/index.ts';
import { ScoringError } from '../errors.ts';
import type { RowPlan } from './input-row.ts';

export interface WantedColumn {
  name: string;
  type: Feature['type'] | 'tensor';
  required: boolean;
  categories: ReadonlySet<string>;
}

/** The columns that a model reads, each once. */
export function wantedColumns({ inputs }: Pick<Manifest, 'inputs'>): WantedColumn[] {
  const wanted = new Map<string, WantedColumn>();
  for (const input of inputs) {
    if (input.kind === 'tensor') {
      wanted.set(input.column, { name: input.column, type: 'tensor', required: true, categories: new Set() });
      continue;
    }
    for (const { from, type, missing, categories = [] } of input.features) {
      if (!('column' in from)) continue;
      wanted.set(from.column, {
        name: from.column,
        type,
        required: missing === 'refuse',
        categories: new Set(categories),
      });
    }
  }
  return [...wanted.values()];
}

export const IDS = ['activity', 'id'];
export const MOMENTS = ['asOf', 'as_of'];

/** The usual names stand for what nobody named, unless the model reads them itself. */
export function completePlan(plan: RowPlan, header: readonly string[], wanted: readonly WantedColumn[]): RowPlan {
  const taken = new Set(wanted.map(({ name }) => name));
  const usual = (names: readonly string[]) => names.find((name) => header.includes(name) && !taken.has(name));
  return { ...plan, id: plan.id ?? usual(IDS), asOf: plan.asOf ?? usual(MOMENTS) };
}

/**
 * Refuses a file of which no row could be scored.
 * @returns columns that it lacks and that the model can do without
 * @throws ScoringError `columns_missing`, naming them
 */
export function requireColumns(wanted: readonly WantedColumn[], has: ReadonlySet<string>, file: string): string[] {
  const absent = wanted.filter(({ name }) => !has.has(name));
  const refused = absent.filter(({ required }) => required);
  if (refused.length > 0 || (wanted.length > 0 && absent.length === wanted.length)) {
    const names = (refused.length > 0 ? refused : absent).map(({ name }) => name);
    throw new ScoringError('columns_missing', `${file}: no column ${names.join(', ')}`, {
      field: names[0] ?? 'columns',
      expected: `the columns of the model: ${wanted.map(({ name }) => name).join(', ')}`,
    });
  }
  return absent.map(({ name }) => name);
}

/**
 * A cell of text as the value of its column: what a person types for "nothing here" is missing, unless the model knows
 * it as a category. Text that is no number stays text, and is refused with its row.
 */
export function valueOfCell({ type, categories }: WantedColumn, cell: string): FeatureValue {
  if (categories.has(cell)) return cell;
  const text = cell.trim();
  if (categories.has(text)) return text;
  if (isMissing(text)) return null;
  return type === 'number' ? (parseNumber(text) ?? text) : text;
}

/** A date, or milliseconds since 1970; null for what is neither. */
export function timeOfCell(cell: string | number | Date): number | null {
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? null : cell.getTime();
  if (typeof cell === 'number') return Number.isSafeInteger(cell) ? cell : null;
  if (/^-?\d{6,16}$/.test(cell.trim())) return Number(cell);
  const parsed = parseDate(cell) ?? Date.parse(cell);
  return Number.isNaN(parsed) ? null : parsed;
}

export function badTime(column: string, cell: unknown): ScoringError {
  return new ScoringError('row_malformed', `${column}: ${JSON.stringify(cell)} is no moment in time`, {
    field: column,
    expected: 'a date such as 2024-06-30, or milliseconds since 1970',
  });
}
