import { asc, eq, policies, type ReadDb } from '../../../platform/db/index.ts';
import { BUILT_IN, builtIn } from './built-in.ts';
import { unknownPolicy } from './errors.ts';
import type { Policy, WrittenPolicy } from './policy.ts';

/** Built-in ones first, then by name. */
export async function listPolicies(db: ReadDb): Promise<Policy[]> {
  return [...BUILT_IN, ...(await db.select().from(policies).orderBy(asc(policies.name))).map(readRow)];
}

export async function findPolicy(db: ReadDb, name: string): Promise<Policy | undefined> {
  const fixed = builtIn(name);
  if (fixed !== undefined) return fixed;
  const [row] = await db.select().from(policies).where(eq(policies.name, name));
  return row && readRow(row);
}

/** @throws PolicyError `policy_unknown` */
export async function getPolicy(db: ReadDb, name: string): Promise<Policy> {
  const found = await findPolicy(db, name);
  if (found !== undefined) return found;
  throw unknownPolicy(
    name,
    (await listPolicies(db)).map((one) => one.name),
  );
}

function readRow(row: typeof policies.$inferSelect): Policy {
  const { name, spec, revision, updatedAt, updatedBy } = row;
  return { name, spec: JSON.parse(spec) as WrittenPolicy, isBuiltIn: false, revision, updatedAt, updatedBy };
}
