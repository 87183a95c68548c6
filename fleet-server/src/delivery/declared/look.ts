import { isCodedError, type CodedError } from '@plumbline/shared/errors';
import type { Db } from '../../platform/db/index.ts';
import { diffSpelled } from './diff.ts';
import type { DeclaredAnswer, DeclaredChange, DeclaredDocument, DeclaredProblem } from './document.ts';
import { turnOf, type Kinds, type WriteDeps } from './kinds/index.ts';
import { problemOfError, problemsOf } from './problems.ts';

/** One document that its schema takes. */
interface Shaped {
  index: number;
  document: DeclaredDocument;
  spec: never;
}

/** Every document in its turn, each on top of those before it. What is wrong with one does not hide the next. */
export async function workThrough(
  tx: Db,
  deps: WriteDeps,
  documents: readonly DeclaredDocument[],
  kinds: Kinds,
): Promise<Omit<DeclaredAnswer, 'isApplied'>> {
  const { shaped, problems } = shape(documents, kinds);
  const changes: DeclaredChange[] = [];
  const broken = new Set(problems.map(({ document }) => documents[document ?? -1]?.kind));
  for (const one of shaped) {
    try {
      changes.push(await workOn(tx, deps, one, kinds));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const { kind } = one.document;
      const isEcho = broken.has(MISSING[error.code] ?? kind) && error.code in MISSING;
      broken.add(kind);
      if (!isEcho) problems.push(problemOfError(error, one.index, kinds.get(kind)?.fields));
    }
  }
  return { changes: problems.length > 0 ? [] : changes, problems };
}

/** What is missing only because its own document is wrong, which is said there. */
const MISSING: Record<string, DeclaredDocument['kind']> = { policy_unknown: 'Policy', group_unknown: 'Group' };

async function workOn(
  tx: Db,
  deps: WriteDeps,
  { index, document, spec }: Shaped,
  kinds: Kinds,
): Promise<DeclaredChange> {
  const { kind, name, spec: written } = document;
  const { read, write, schema } = kinds.get(kind)!;
  const known = await read(tx, name, spec);
  const now = schema.safeParse(known);
  const before = known === undefined ? NOTHING : { written: known, meaning: now.success ? now.data : known };
  const after = { written, meaning: known === undefined ? written : spec };
  const fields = diffSpelled(before, after);
  const action = known === undefined ? 'create' : fields.length === 0 ? 'unchanged' : 'change';
  if (action !== 'unchanged') await write(tx, deps, { name, written, spec, exists: known !== undefined });
  return { document: index, kind, name, action, fields };
}

/** Of what is not there, every value that was written is new; defaults nobody wrote are not told. */
const NOTHING = { written: {}, meaning: {} };

function shape(
  documents: readonly DeclaredDocument[],
  kinds: Kinds,
): { shaped: Shaped[]; problems: DeclaredProblem[] } {
  const shaped: (Shaped & { turn: number })[] = [];
  const problems: DeclaredProblem[] = [];
  const seen = new Set<string>();
  for (const [index, document] of documents.entries()) {
    const { kind, name, spec } = document;
    const key = `${kind} ${name}`;
    if (seen.has(key)) problems.push(twice(key, index));
    seen.add(key);
    const known = kinds.get(kind);
    if (known === undefined) {
      problems.push(unknown(kind, index, kinds));
      continue;
    }
    const { schema, turnOf: within } = known;
    const parsed = schema.safeParse(spec);
    if (!parsed.success) {
      problems.push(...problemsOf(parsed.error, index, ['spec']));
      continue;
    }
    const meaning = parsed.data as never;
    shaped.push({ index, document, spec: meaning, turn: turnOf(kind) * 10 + (within?.(meaning) ?? 0) });
  }
  return { shaped: shaped.toSorted((a, b) => a.turn - b.turn), problems };
}

function unknown(kind: string, document: number, kinds: Kinds): DeclaredProblem {
  const expected = `one of ${[...kinds.keys()].join(', ')}`;
  return { code: 'declared_malformed', document, path: ['kind'], field: 'kind', message: `no ${kind} here`, expected };
}

function twice(key: string, document: number): DeclaredProblem {
  const message = `${key} stands in another document too`;
  return { code: 'declared_twice', document, path: ['name'], field: 'name', message, expected: 'each thing once' };
}

/** Said by a verb about what it was given; what may pass, or is our own fault, ends the whole run. */
function isRefusal(error: unknown): error is CodedError {
  return isCodedError(error) && error.kind !== 'internal' && error.kind !== 'unavailable';
}
