import { randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { record } from '../../audit/index.ts';
import { and, apiTokens, asc, eq, gt, isNull, users, type Database, type Db, type ReadDb } from '../../db/index.ts';
import { AccessError } from '../errors.ts';
import { actorOf, sha256Of, TOKEN_BYTES, TOKEN_PREFIX } from '../operator.ts';
import { permissionsOf, type Principal } from '../principal.ts';
import { PERMISSIONS, type Permission } from '../roles.ts';
import { knownUser, readUser } from '../users/user.ts';

export interface ApiToken {
  id: string;
  user: string;
  name: string;
  scopes: Permission[];
  createdAt: number;
  expiresAt: number;
  /** To the minute. */
  lastUsedAt: number | null;
  revokedAt: number | null;
}

export const MOST_TOKEN_DAYS = 366;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const scopesSchema = z.array(z.enum(PERMISSIONS));

/**
 * A token of a program, for the user who makes it, with no more rights than theirs.
 * @returns the token, which is shown this once
 * @throws AccessError `api_token_scope`, `api_token_malformed`, `user_unknown`
 */
export async function createApiToken(
  tx: Db,
  principal: Principal,
  { name, scopes, days, now }: { name: string; scopes: readonly string[]; days: number; now: number },
): Promise<{ id: string; token: string; expiresAt: number }> {
  const owner = await userOf(tx, principal);
  if (!(days > 0 && days <= MOST_TOKEN_DAYS)) {
    const expected = `more than 0 and at most ${MOST_TOKEN_DAYS} days`;
    throw new AccessError('api_token_malformed', `${days} days`, { field: 'days', expected });
  }
  const held: readonly string[] = permissionsOf(principal);
  const foreign = scopes.findIndex((scope) => !held.includes(scope));
  if (scopes.length === 0 || foreign >= 0) {
    throw new AccessError('api_token_scope', `a scope that ${owner} does not have, or none`, {
      kind: scopes.length === 0 ? 'invalid' : 'forbidden',
      field: scopes.length === 0 ? 'scopes' : `scopes.${foreign}`,
      expected: `some of: ${held.join(', ')}`,
    });
  }
  const id = `t-${randomUUID().slice(0, 8)}`;
  const token = `${TOKEN_PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`;
  const expiresAt = now + Math.round(days * DAY_MS);
  const asked = [...new Set(scopes)].toSorted();
  const row = { id, user: owner, name, tokenSha256: sha256Of(token), scopes: JSON.stringify(asked) };
  await tx.insert(apiTokens).values({ ...row, createdAt: now, expiresAt });
  const details = { user: owner, name, scopes: asked, expiresAt };
  await record(tx, { actor: principal.actor, action: 'tokens.create', subject: `api-token:${id}`, details });
  return { id, token, expiresAt };
}

/** Of one user, or of all. */
export async function listApiTokens(db: ReadDb, user?: string): Promise<ApiToken[]> {
  const rows = await db
    .select()
    .from(apiTokens)
    .where(user === undefined ? undefined : eq(apiTokens.user, user))
    .orderBy(asc(apiTokens.createdAt), asc(apiTokens.id));
  return rows.map(({ tokenSha256: _hash, ...row }) => ({ ...row, scopes: scopesSchema.parse(JSON.parse(row.scopes)) }));
}

/** Opens nothing from the next request on. @param user whose it has to be; anybody's without @throws AccessError `api_token_unknown` */
export async function revokeApiToken(
  tx: Db,
  actor: string,
  { id, user, now }: { id: string; user?: string | undefined; now: number },
): Promise<void> {
  const revoked = await tx
    .update(apiTokens)
    .set({ revokedAt: now })
    .where(
      and(eq(apiTokens.id, id), isNull(apiTokens.revokedAt), user === undefined ? undefined : eq(apiTokens.user, user)),
    )
    .returning({ id: apiTokens.id });
  if (revoked.length === 0) {
    throw new AccessError('api_token_unknown', `no token ${id}`, { kind: 'not-found', field: 'id' });
  }
  await record(tx, { actor, action: 'tokens.revoke', subject: `api-token:${id}`, details: {} });
}

/** Who acts by this token, with what the user may today and the token may at all. */
export async function findApiToken(database: Database, token: string, now: number): Promise<Principal | undefined> {
  const [found] = await database.db
    .select({ token: apiTokens, user: users })
    .from(apiTokens)
    .innerJoin(users, and(eq(users.name, apiTokens.user), isNull(users.removedAt)))
    .where(and(eq(apiTokens.tokenSha256, sha256Of(token)), isNull(apiTokens.revokedAt), gt(apiTokens.expiresAt, now)));
  if (found === undefined) return undefined;
  const { id, lastUsedAt, scopes } = found.token;
  if (lastUsedAt === null || now - lastUsedAt >= MINUTE_MS) {
    await database.transaction(async (tx) => {
      await tx
        .update(apiTokens)
        .set({ lastUsedAt: now - (now % MINUTE_MS) })
        .where(eq(apiTokens.id, id));
    });
  }
  const { name, assignments } = readUser(found.user);
  const limits = new Set(scopesSchema.parse(JSON.parse(scopes)));
  return { actor: actorOf(name), assignments, scopes: limits, by: 'token' };
}

async function userOf(tx: Db, { actor, by }: Principal): Promise<string> {
  if (by === 'session' || by === 'token') return (await knownUser(tx, actor.slice(actorOf('').length))).name;
  throw new AccessError('api_token_without_user', `${actor} is no user, and has a token already`, {
    kind: 'conflict',
    field: 'authorization',
    expected: 'the session of a user',
  });
}
