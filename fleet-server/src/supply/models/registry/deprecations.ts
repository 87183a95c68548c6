import { record } from '../../../platform/audit/index.ts';
import {
  and,
  eq,
  modelDeprecations,
  modelVersions,
  timeOf,
  type Database,
  type ReadDb,
} from '../../../platform/db/index.ts';
import { emit } from '../../../platform/outbox/index.ts';
import { ModelError } from '../errors.ts';

/** Why nothing new begins with a version. Devices that run it go on, and may be sent back to it. */
export interface Deprecation {
  reason: string;
  replacedBy: string | null;
  deprecatedAt: number;
  deprecatedBy: string;
}

export interface DeprecateOrder {
  line: string;
  version: string;
  reason: string;
  /** A version of the line that is to be used instead. */
  replacedBy?: string;
}

const MAX_REASON = 500;

/**
 * Says that a version is not to be used any more: no rollout of it can be written down or started, nobody is assigned
 * it by hand, no alias is moved to it. What runs, runs on; a revert may still lead to it. Said again, it gives a new reason.
 * @throws ModelError `model_unknown`, `deprecation_reason`, `deprecation_replacement`
 */
export async function deprecateModel(
  deps: { database: Database },
  actor: string,
  order: DeprecateOrder,
): Promise<Deprecation> {
  const { line, version, reason, replacedBy } = order;
  if (reason.trim() === '' || reason.length > MAX_REASON) {
    throw new ModelError('deprecation_reason', 'a deprecation needs a reason', {
      field: 'reason',
      expected: `1 to ${MAX_REASON} characters`,
    });
  }
  return deps.database.transaction(async (tx) => {
    await requireVersion(tx, line, version, 'version');
    if (replacedBy !== undefined) await requireReplacement(tx, line, version, replacedBy);
    const after = {
      reason,
      replacedBy: replacedBy ?? null,
      deprecatedAt: timeOf(tx),
      deprecatedBy: actor,
    };
    const target = [modelDeprecations.line, modelDeprecations.version];
    await tx
      .insert(modelDeprecations)
      .values({ line, version, ...after })
      .onConflictDoUpdate({ target, set: after });
    const subject = `model:${line}@${version}`;
    await record(tx, { actor, action: 'models.deprecate', subject, details: { reason, replacedBy: after.replacedBy } });
    await emit(tx, { type: 'model.deprecated', model: line, version, reason });
    return after;
  });
}

/** Takes it back. @throws ModelError `model_unknown`, `not_deprecated` */
export async function reinstateModel(
  deps: { database: Database },
  actor: string,
  { line, version }: Pick<DeprecateOrder, 'line' | 'version'>,
): Promise<void> {
  await deps.database.transaction(async (tx) => {
    await requireVersion(tx, line, version, 'version');
    const gone = await tx
      .delete(modelDeprecations)
      .where(keyOf(line, version))
      .returning({ line: modelDeprecations.line });
    if (gone.length === 0) {
      throw new ModelError('not_deprecated', `${line}@${version} is not deprecated`, {
        kind: 'conflict',
        field: 'version',
      });
    }
    await record(tx, { actor, action: 'models.reinstate', subject: `model:${line}@${version}`, details: {} });
    await emit(tx, { type: 'model.deprecated', model: line, version, reason: '' });
  });
}

export async function deprecationOf(db: ReadDb, line: string, version: string): Promise<Deprecation | undefined> {
  const { reason, replacedBy, deprecatedAt, deprecatedBy } = modelDeprecations;
  const [row] = await db
    .select({ reason, replacedBy, deprecatedAt, deprecatedBy })
    .from(modelDeprecations)
    .where(keyOf(line, version));
  return row;
}

/** By `line@version`: all there are, or those of one line. */
export async function deprecationsOf(db: ReadDb, line?: string): Promise<Map<string, Deprecation>> {
  const rows = await db
    .select()
    .from(modelDeprecations)
    .where(line === undefined ? undefined : eq(modelDeprecations.line, line));
  return new Map(rows.map(({ line: of, version, ...deprecation }) => [`${of}@${version}`, deprecation]));
}

/** Stands where something new would begin with a version. @throws ModelError `version_deprecated` */
export async function refuseDeprecated(db: ReadDb, line: string, version: string): Promise<void> {
  const found = await deprecationOf(db, line, version);
  if (found !== undefined) throw isDeprecated(line, version, found);
}

export function isDeprecated(line: string, version: string, { reason, replacedBy }: Deprecation): ModelError {
  return new ModelError('version_deprecated', `${line}@${version} is deprecated: ${reason}`, {
    kind: 'conflict',
    field: 'version',
    expected: replacedBy === null ? 'a version that is not deprecated' : `${line}@${replacedBy}`,
  });
}

async function requireReplacement(db: ReadDb, line: string, version: string, replacement: string): Promise<void> {
  await requireVersion(db, line, replacement, 'replacedBy');
  const deprecated = replacement !== version && (await deprecationOf(db, line, replacement)) !== undefined;
  if (replacement !== version && !deprecated) return;
  const what = deprecated ? `${line}@${replacement} is deprecated itself` : 'a version cannot replace itself';
  throw new ModelError('deprecation_replacement', what, {
    field: 'replacedBy',
    expected: 'another version of the line that is not deprecated',
  });
}

async function requireVersion(db: ReadDb, line: string, version: string, field: string): Promise<void> {
  const [found] = await db
    .select({ line: modelVersions.line })
    .from(modelVersions)
    .where(and(eq(modelVersions.line, line), eq(modelVersions.version, version)));
  if (found !== undefined) return;
  throw new ModelError('model_unknown', `no model ${line}@${version}`, { kind: 'not-found', field });
}

function keyOf(line: string, version: string) {
  return and(eq(modelDeprecations.line, line), eq(modelDeprecations.version, version));
}
