import { createHash } from 'node:crypto';
import type { Identity } from '../../ports/index.ts';
import { eq, operators, users, type Db } from '../../db/index.ts';
import { actorOf, OWNER } from '../operator.ts';

/** Issuer and subject as one text that no other pair can spell. */
export function subjectOf({ issuer, subject }: Pick<Identity, 'issuer' | 'subject'>): string {
  return JSON.stringify([issuer, subject]);
}

/** The pair again; null where nobody is bound. */
export function readSubject(text: string | null): { issuer: string; subject: string } | null {
  if (text === null) return null;
  const [issuer, subject] = JSON.parse(text) as [string, string];
  return { issuer, subject };
}

const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,46}[a-z0-9])?$/;
const SUFFIX_CHARACTERS = 8;

/**
 * A name that nobody has or had. What the provider calls somebody is a wish: it never opens the account of who has that
 * name here.
 */
export async function nameFor(tx: Db, identity: Identity): Promise<string> {
  const said = identity.claims['preferred_username'];
  const wish = (typeof said === 'string' ? (said.split('@')[0] ?? '') : '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-');
  const suffix = createHash('sha256').update(subjectOf(identity)).digest('hex').slice(0, SUFFIX_CHARACTERS);
  if (!NAME.test(wish)) return `user-${suffix}`;
  return (await isFree(tx, wish)) ? wish : `${wish}-${suffix}`;
}

async function isFree(tx: Db, name: string): Promise<boolean> {
  if (actorOf(name) === OWNER) return false;
  const [user] = await tx.select({ name: users.name }).from(users).where(eq(users.name, name));
  const [operator] = await tx.select({ name: operators.name }).from(operators).where(eq(operators.name, name));
  return user === undefined && operator === undefined;
}
