import { record } from '../../audit/index.ts';
import { and, apiTokens, eq, isNull, timeOf, users, type Database, type Db } from '../../db/index.ts';
import type { Identity } from '../../ports/index.ts';
import { AccessError } from '../errors.ts';
import { actorOf } from '../operator.ts';
import type { Assignment } from '../principal.ts';
import { endSessionsOf, openSession, type OpenedSession } from '../sessions/session.ts';
import { rolesOf, type IdentityRules } from './rules.ts';
import { nameFor, subjectOf } from './subject.ts';

type Refusal = 'identity_removed' | 'identity_not_bound' | 'identity_without_role';
type Row = typeof users.$inferSelect;

/**
 * A session for whom a provider vouches for: by issuer and subject, never by a name or an address. Roles that follow
 * from groups are renewed with each sign-in; whose groups give none any more is out, with every session and token.
 * @throws AccessError `identity_removed`, `identity_not_bound`, `identity_without_role`
 */
export async function signInByIdentity(
  { database, now }: { database: Database; now: () => number },
  identity: Identity,
  rules: IdentityRules,
): Promise<OpenedSession> {
  // A refusal is written down as well, so it is no exception yet.
  const done = await database.transaction(async (tx) => {
    const [known] = await tx
      .select()
      .from(users)
      .where(eq(users.subject, subjectOf(identity)));
    if (known !== undefined && known.removedAt !== null) return refuse(tx, identity, 'identity_removed');
    const mapped = rules.roles === undefined ? undefined : rolesOf(rules, identity.claims);
    if (mapped?.length === 0) {
      if (known !== undefined) await putOut(tx, known.name);
      return refuse(tx, identity, 'identity_without_role');
    }
    if (known === undefined && (mapped === undefined || rules.newcomers === 'bound')) {
      return refuse(tx, identity, 'identity_not_bound');
    }
    const name = known?.name ?? (await nameFor(tx, identity));
    const by = { identity: { issuer: identity.issuer, subject: identity.subject } };
    if (known === undefined) await letIn(tx, name, identity, mapped ?? []);
    else if (mapped !== undefined) await renewRoles(tx, known, mapped);
    await record(tx, { actor: actorOf(name), action: 'sessions.open', subject: `user:${name}`, details: by });
    return openSession(tx, name, now());
  });
  if (typeof done === 'string') throw refusal(done);
  return done;
}

async function letIn(tx: Db, name: string, identity: Identity, assignments: readonly Assignment[]): Promise<void> {
  const { issuer, subject } = identity;
  const actor = `identity:${issuer}`;
  const row = { name, subject: subjectOf(identity), assignments: JSON.stringify(assignments) };
  await tx.insert(users).values({ ...row, createdAt: timeOf(tx), createdBy: actor });
  await record(tx, { actor, action: 'users.add', subject: `user:${name}`, details: { assignments, issuer, subject } });
}

async function renewRoles(tx: Db, { name, assignments: before }: Row, mapped: readonly Assignment[]): Promise<void> {
  const assignments = JSON.stringify(mapped);
  if (assignments === before) return;
  await tx.update(users).set({ assignments }).where(eq(users.name, name));
  const details = { assignments: mapped, before: JSON.parse(before) as unknown, by: 'groups' };
  await record(tx, { actor: 'system', action: 'users.assign', subject: `user:${name}`, details });
}

/** What they had opened ends; who they are stays known, and their roles wait for a group that gives some. */
async function putOut(tx: Db, name: string): Promise<void> {
  const tokens = await tx
    .update(apiTokens)
    .set({ revokedAt: timeOf(tx) })
    .where(and(eq(apiTokens.user, name), isNull(apiTokens.revokedAt)))
    .returning({ id: apiTokens.id });
  const details = { sessions: await endSessionsOf(tx, name), tokens: tokens.length };
  await record(tx, { actor: 'system', action: 'users.put-out', subject: `user:${name}`, details });
}

async function refuse<T extends Refusal>(tx: Db, { issuer, subject }: Identity, code: T): Promise<T> {
  const details = { code, issuer, subject };
  await record(tx, { actor: `identity:${issuer}`, action: 'sessions.refuse', subject: 'access', details });
  return code;
}

const SAID: Record<Refusal, readonly [message: string, expected: string]> = {
  identity_removed: ['this person was removed here', 'somebody who was not; an admin decides who comes back'],
  identity_not_bound: ['nobody here is this person', 'an admin who binds a user: plumbline users bind'],
  identity_without_role: ['none of their groups has a role here', 'a group that PLUMBLINE_OIDC_ROLES names'],
};

function refusal(code: Refusal): AccessError {
  const [message, expected] = SAID[code];
  return new AccessError(code, message, { kind: 'forbidden', field: 'identity', expected });
}
