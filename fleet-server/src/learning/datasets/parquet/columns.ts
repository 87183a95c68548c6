import type { FileMetaData, SchemaElement } from 'hyparquet';
import { ParquetError } from './errors.ts';

/** A column of single values, and how its values become text. */
export interface FlatColumn {
  name: string;
  /** Digits after the point of a decimal: its values are read as they are stored, not as floating point. */
  decimalScale?: number;
  /** Its values are `true` and `false`, which numbers can stand for. */
  isBoolean: boolean;
}

export interface ChosenColumns {
  columns: FlatColumn[];
  /** Why the others are not read. */
  ignored: Record<string, string>;
}

/**
 * Which columns of the schema a table can hold. Marks of decimals are taken off the schema, so that the decoder hands out
 * whole numbers: times ten to the minus two, 1999 would become 19.990000000000002.
 */
export function chooseColumns({ schema }: FileMetaData): ChosenColumns {
  const columns: FlatColumn[] = [];
  const ignored: Record<string, string> = {};
  const seen = new Set<string>();
  for (let at = 1; at < schema.length; at += sizeOf(schema, at)) {
    const element = schema[at]!;
    const { name } = element;
    if (seen.has(name)) {
      throw new ParquetError('parquet_duplicate_column', `the schema names the column '${name}' twice`, {
        field: name,
        expected: 'every column name once',
      });
    }
    seen.add(name);
    const reason = reasonAgainst(element);
    if (reason === null) columns.push({ name, ...decimalOf(element), isBoolean: element.type === 'BOOLEAN' });
    else ignored[name] = reason;
  }
  return { columns, ignored };
}

/** Elements that this one and all inside it take up. */
function sizeOf(schema: readonly SchemaElement[], at: number): number {
  let size = 1;
  for (let open = schema[at]?.num_children ?? 0; open > 0 && at + size < schema.length; open--) {
    open += schema[at + size]!.num_children ?? 0;
    size++;
  }
  return size;
}

const NO_VALUE = new Set(['JSON', 'BSON', 'INTERVAL', 'VARIANT', 'GEOMETRY', 'GEOGRAPHY', 'MAP', 'LIST']);

function reasonAgainst({ type, repetition_type, num_children, converted_type, logical_type }: SchemaElement) {
  if (type === undefined || num_children !== undefined || repetition_type === 'REPEATED') return 'nested values';
  const kind = [logical_type?.type, converted_type].find((one) => one !== undefined && NO_VALUE.has(one));
  return kind === undefined ? null : `values of the kind ${kind}`;
}

function decimalOf(element: SchemaElement): { decimalScale?: number } {
  const { logical_type: logical, converted_type: converted } = element;
  if (logical?.type === 'DATE') element.converted_type = 'DATE';
  if (converted !== 'DECIMAL' && logical?.type !== 'DECIMAL') return {};
  const scale = logical?.type === 'DECIMAL' ? logical.scale : element.scale;
  delete element.converted_type;
  delete element.logical_type;
  return { decimalScale: Math.max(0, scale ?? 0) };
}
