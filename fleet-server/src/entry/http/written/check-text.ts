import type { z } from '@hono/zod-openapi';
import type { writtenCheckView } from '@plumbline/shared/api/delivery';
import { CodedError } from '@plumbline/shared/errors';
import { readText, type FieldChange } from '../../../delivery/declared/index.ts';

type Check = z.infer<typeof writtenCheckView>;

/** What a verb says of a value before it is put. */
export interface Examined {
  name: string;
  action: 'create' | 'change' | 'unchanged';
  revision: number;
  fields: FieldChange[];
  warnings: string[];
}

const NOTHING = { name: null, document: null, action: null, revision: null, fields: [], warnings: [] } as const;

/** Reads a text of YAML or JSON and has its value examined; what is wrong is told with its line. */
export async function checkText(text: string, examine: (value: unknown) => Promise<Examined>): Promise<Check> {
  const { value, problems, lineOf } = readText(text);
  if (problems.length > 0) {
    return { ...NOTHING, ...none(), problems: problems.map(({ line, field, message }) => ({ line, field, message })) };
  }
  try {
    const { name, action, revision, fields, warnings } = await examine(value);
    return { name, document: value as Record<string, unknown>, action, revision, fields, warnings, problems: [] };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const wrong = problemsIn(error).map((one) => ({ ...one, line: lineOf(pathOf(one.field)) }));
    return { ...NOTHING, ...none(), problems: wrong.toSorted((a, b) => a.line - b.line) };
  }
}

/** Lists of its own for each answer. */
function none(): Pick<Check, 'fields' | 'warnings'> {
  return { fields: [], warnings: [] };
}

function problemsIn(error: CodedError<string>): { field: string; message: string }[] {
  const all = 'problems' in error && Array.isArray(error.problems) ? (error.problems as Problem[]) : [];
  if (all.length > 0) return all.map(({ field, message }) => ({ field, message }));
  return [{ field: error.field ?? 'text', message: error.message }];
}

type Problem = { field: string; message: string };

/** Places in lists are numbers, by which the line is found. */
function pathOf(field: string): (string | number)[] {
  return field.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
}
