import { record } from '../../../platform/audit/index.ts';
import { and, asc, eq, modelAliases, timeOf, type Database, type Db, type ReadDb } from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { ModelError } from '../errors.ts';
import { getModel } from '../list.ts';
import { isDeprecated } from './deprecations.ts';

export interface Alias {
  line: string;
  name: string;
  version: string;
  /** Counts the moves from 1. */
  revision: number;
  movedAt: number;
  movedBy: string;
}

export interface AliasOrder {
  line: string;
  name: string;
  version: string;
  /** What it is believed to point to now; null: that there is none yet. Left out, nobody is asked. */
  expected?: string | null;
}

/** Lower-case words; it must not look like a version, which begins with a digit. */
const NAME = /^[a-z][a-z0-9-]{0,63}$/;

/** All of a line, by name. */
export async function listAliases(db: ReadDb, line?: string): Promise<Alias[]> {
  return db
    .select()
    .from(modelAliases)
    .where(line === undefined ? undefined : eq(modelAliases.line, line))
    .orderBy(asc(modelAliases.line), asc(modelAliases.name));
}

/**
 * Points a name at a version of its line: `champion`, `candidate`, or any other. Said again, it changes nothing.
 * @throws ModelError `alias_malformed`, `alias_changed_meanwhile`, `model_unknown`, `version_deprecated`
 */
export async function moveAlias(deps: { database: Database }, actor: string, order: AliasOrder): Promise<Alias> {
  return deps.database.transaction((tx) => moveAliasIn(tx, actor, order));
}

/** `moveAlias` as part of another verb's transaction. */
export async function moveAliasIn(tx: Db, actor: string, order: AliasOrder): Promise<Alias> {
  const { line, name, version } = order;
  requireName(name);
  const { deprecation } = await getModel(tx, line, version);
  const before = await find(tx, line, name);
  requireExpected(order, before);
  if (before?.version === version) return before;
  if (deprecation !== undefined) throw isDeprecated(line, version, deprecation);
  const after = {
    line,
    name,
    version,
    revision: (before?.revision ?? 0) + 1,
    movedAt: timeOf(tx),
    movedBy: actor,
  };
  const target = [modelAliases.line, modelAliases.name];
  await tx.insert(modelAliases).values(after).onConflictDoUpdate({ target, set: after });
  await told(tx, actor, line, name, { from: before?.version ?? null, to: version });
  return after;
}

/** @throws ModelError `alias_unknown`, `alias_changed_meanwhile` */
export async function removeAlias(
  deps: { database: Database },
  actor: string,
  order: Omit<AliasOrder, 'version'>,
): Promise<void> {
  const { line, name } = order;
  await deps.database.transaction(async (tx) => {
    const before = await find(tx, line, name);
    if (before === undefined) throw await unknownAlias(tx, line, name);
    requireExpected(order, before);
    await tx.delete(modelAliases).where(and(eq(modelAliases.line, line), eq(modelAliases.name, name)));
    await told(tx, actor, line, name, { from: before.version, to: null });
  });
}

/**
 * The version that a word of a line means: the version itself, or what an alias points to.
 * @throws ModelError `alias_unknown`
 */
export async function resolveVersion(db: ReadDb, line: string, word: string): Promise<string> {
  if (/^\d/.test(word)) return word;
  const alias = await find(db, line, word);
  if (alias === undefined) throw await unknownAlias(db, line, word);
  return alias.version;
}

async function find(db: ReadDb, line: string, name: string): Promise<Alias | undefined> {
  const [row] = await db
    .select()
    .from(modelAliases)
    .where(and(eq(modelAliases.line, line), eq(modelAliases.name, name)));
  return row;
}

async function told(
  tx: Db,
  actor: string,
  line: string,
  name: string,
  move: { from: string | null; to: string | null },
) {
  await record(tx, { actor, action: 'models.alias', subject: `model:${line}`, details: { alias: name, ...move } });
  await emit(tx, { type: 'model.aliased', model: line, alias: name, version: move.to });
}

function requireName(name: string): void {
  if (NAME.test(name)) return;
  throw new ModelError('alias_malformed', `alias ${JSON.stringify(name)} is no name`, {
    field: 'alias',
    expected: 'a lower-case letter, then at most 63 letters, digits or hyphens',
  });
}

function requireExpected({ name, expected }: Omit<AliasOrder, 'version'>, before: Alias | undefined): void {
  const now = before?.version ?? null;
  if (expected === undefined || expected === now) return;
  throw new ModelError('alias_changed_meanwhile', `alias ${name} points to ${now ?? 'nothing'}`, {
    kind: 'conflict',
    field: 'expected',
    expected: now ?? 'null',
  });
}

async function unknownAlias(db: ReadDb, line: string, name: string): Promise<ModelError> {
  const known = (await listAliases(db, line)).map((one) => one.name).join(' | ');
  return new ModelError('alias_unknown', `line ${line} has no alias ${name}`, {
    kind: 'not-found',
    field: 'alias',
    expected: known === '' ? 'a version, such as 1.0.0; the line has no aliases' : `a version, or ${known}`,
  });
}
