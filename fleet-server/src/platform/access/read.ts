import { timingSafeEqual } from 'node:crypto';
import { and, asc, eq, isNull, operators, type Database, type ReadDb } from '../db/index.ts';
import { actorOf, OWNER, sha256Of, TOKEN_PREFIX, type Operator } from './operator.ts';
import type { Principal } from './principal.ts';
import { findApiToken } from './tokens/api-tokens.ts';

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

/**
 * Who acts by a bearer token, and what they may. Operators, who have a token each and no password, may what an approver
 * may: everything but letting people in, as before there were roles.
 */
export async function principalOfToken(
  { database, now }: { database: Database; now: () => number },
  ownerToken: string,
  token: string,
): Promise<Principal | undefined> {
  // A server without an owner, as a rehearsal has one, is nobody's.
  if (token === '') return undefined;
  const actor = await signIn(database.db, ownerToken, token);
  if (actor === OWNER) return { actor, assignments: [{ role: 'admin', sites: 'all' }], by: 'owner' };
  if (actor !== undefined) return { actor, assignments: [{ role: 'approver', sites: 'all' }], by: 'operator' };
  return token.startsWith(TOKEN_PREFIX) ? findApiToken(database, token, now()) : undefined;
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
