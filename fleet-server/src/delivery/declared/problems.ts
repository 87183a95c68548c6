import type { z } from 'zod';
import type { CodedError } from '@plumbline/shared/errors';
import type { DeclaredProblem, Path } from './document.ts';

type Issue = z.core.$ZodIssue;

/** Every issue of a schema as a problem of a document; `root` is where the value stands in it. */
export function problemsOf(error: z.ZodError, document: number, root: Path): DeclaredProblem[] {
  return error.issues
    .flatMap((issue) => flatten(issue, root))
    .map(({ path, message, expected }) => ({
      code: 'declared_malformed',
      document,
      path,
      field: path.join('.'),
      message,
      ...(expected === undefined ? {} : { expected }),
    }));
}

/**
 * A refusal of a verb, at the place within the spec that it names.
 * @param fields what a verb calls otherwise than the document does
 */
export function problemOfError(
  error: CodedError,
  document: number,
  fields: Record<string, string> = {},
): DeclaredProblem {
  const named = (error.field ?? '').replace(/^spec\.?/, '');
  const within = fields[named] ?? named;
  const path = within === 'name' ? ['name'] : ['spec', ...within.split('.').filter((key) => key !== '')];
  return {
    code: error.code,
    document,
    path,
    field: path.join('.'),
    message: error.message,
    ...(error.expected === undefined ? {} : { expected: error.expected }),
  };
}

interface Flat {
  path: Path;
  message: string;
  expected: string | undefined;
}

function flatten(issue: Issue, root: Path): Flat[] {
  const path = [...root, ...issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))];
  if (issue.code === 'invalid_union') {
    const nearest = issue.errors.toSorted((a, b) => distance(a) - distance(b))[0] ?? [];
    if (nearest.length > 0) return nearest.flatMap((inner) => flatten(inner, path));
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `nothing here is called ${key}`,
      expected: undefined,
    }));
  }
  return [{ path, message: issue.message, expected: expectedBy(issue) }];
}

/** How far a value is from one of the forms it may have: another type altogether is farther than a wrong number. */
function distance(issues: readonly Issue[]): number {
  return (
    issues.reduce((sum, { code, path }) => sum + (code === 'unrecognized_keys' || path.length === 0 ? 10 : 1), 0) -
    // A text of the wrong form was meant as a text.
    (issues.some(({ code }) => code === 'invalid_format') ? 5 : 0)
  );
}

function expectedBy(issue: Issue): string | undefined {
  if (issue.code === 'invalid_type') return issue.expected;
  if (issue.code === 'invalid_value') return `one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_big') return `at most ${issue.maximum}`;
  if (issue.code === 'too_small') return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
  return undefined;
}
