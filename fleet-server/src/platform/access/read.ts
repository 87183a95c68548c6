import { timingSafeEqual } from 'node:crypto';
import { and, asc, eq, isNull, operators, type ReadDb } from '../db/index.ts';
import { actorOf, OWNER, sha256Of, TOKEN_PREFIX, type Operator } from './operator.ts';

/** By name, those who were removed among them. */
export async function listOperators(db: ReadDb): Promise<Operator[]> {
  const { name, createdAt, createdBy, removedAt } = operators;
  return db.select({ name, createdAt, createdBy, removedAt }).from(operators).orderBy(asc(name));
}

/**
 * Who acts by this bearer token, as the audit names them; undefined for nobody. Hashes are looked up and compared, so
 * that the time it takes tells nothing about a token.
 * @param ownerToken of the state folder
 */
export async function signIn(db: ReadDb, ownerToken: string, token: string): Promise<string | undefined> {
  const hash = sha256Of(token);
  if (isSame(hash, sha256Of(ownerToken))) return OWNER;
  if (!token.startsWith(TOKEN_PREFIX)) return undefined;
  const [known] = await db
    .select({ name: operators.name, tokenSha256: operators.tokenSha256 })
    .from(operators)
    .where(and(eq(operators.tokenSha256, hash), isNull(operators.removedAt)));
  return known !== undefined && isSame(hash, known.tokenSha256) ? actorOf(known.name) : undefined;
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
