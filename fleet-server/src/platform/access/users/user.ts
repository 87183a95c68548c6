import { z } from 'zod';
import { name as nameSchema } from '@plumbline/shared/trust';
import { and, asc, eq, isNull, operators, users, type ReadDb } from '../../db/index.ts';
import { AccessError } from '../errors.ts';
import { actorOf, OWNER } from '../operator.ts';
import { readSubject } from '../identity/subject.ts';
import type { Assignment } from '../principal.ts';
import { ROLES } from '../roles.ts';

export interface User {
  name: string;
  assignments: Assignment[];
  hasPassword: boolean;
  /** Who they are at the identity provider; null for nobody there. */
  identity: { issuer: string; subject: string } | null;
  createdAt: number;
  createdBy: string;
  /** Null: may sign in. */
  removedAt: number | null;
}

const MOST_SITES = 1000;

/** One for each role at most; the sites of a role are named, or it holds for all. */
export const assignments = z
  .array(
    z.strictObject({
      role: z.enum(ROLES),
      sites: z.union([z.literal('all'), z.array(z.string().min(1).max(128)).min(1).max(MOST_SITES)]),
    }),
  )
  .min(1)
  .refine((list) => new Set(list.map(({ role }) => role)).size === list.length, 'expected each role once');

type Row = typeof users.$inferSelect;

export function readUser(row: Row): User {
  return {
    name: row.name,
    assignments: assignments.parse(JSON.parse(row.assignments)),
    hasPassword: row.password !== null,
    identity: readSubject(row.subject),
    createdAt: row.createdAt,
    createdBy: row.createdBy,
    removedAt: row.removedAt,
  };
}

/** By name, those who were removed among them. */
export async function listUsers(db: ReadDb): Promise<User[]> {
  return (await db.select().from(users).orderBy(asc(users.name))).map(readUser);
}

/** Somebody who may sign in. */
export async function activeUser(db: ReadDb, name: string): Promise<Row | undefined> {
  const [row] = await db
    .select()
    .from(users)
    .where(and(eq(users.name, name), isNull(users.removedAt)));
  return row;
}

/** @throws AccessError `user_unknown` */
export async function knownUser(db: ReadDb, name: string): Promise<Row> {
  const row = await activeUser(db, name);
  if (row !== undefined) return row;
  throw new AccessError('user_unknown', `no user ${name}`, { kind: 'not-found', field: 'name' });
}

/** @throws AccessError `user_name_malformed`, `user_exists`, `user_name_used` */
export async function refuseTaken(db: ReadDb, name: string): Promise<void> {
  if (!nameSchema.safeParse(name).success || actorOf(name) === OWNER) {
    throw new AccessError('user_name_malformed', `${JSON.stringify(name.slice(0, 80))} is no name for a user`, {
      field: 'name',
      expected: '1–64 of a–z, 0–9, dot, dash, and not "operator", who is the owner of the state folder',
    });
  }
  if ((await activeUser(db, name)) !== undefined) {
    throw new AccessError('user_exists', `there is a user ${name}`, { kind: 'conflict', field: 'name' });
  }
  const [removed] = await db.select({ name: users.name }).from(users).where(eq(users.name, name));
  const [operator] = await db.select({ name: operators.name }).from(operators).where(eq(operators.name, name));
  if (removed === undefined && operator === undefined) return;
  throw new AccessError('user_name_used', `${name} is or was the name of somebody else`, {
    kind: 'conflict',
    field: 'name',
    expected: 'a name that nobody has had: the audit means one person by it',
  });
}

/** @throws AccessError `assignments_malformed`, naming what is wrong */
export function readAssignments(given: unknown): Assignment[] {
  const parsed = assignments.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AccessError('assignments_malformed', `assignments: ${issue?.message}`, {
    field: ['assignments', ...(issue?.path ?? [])].join('.'),
    expected: `roles of ${ROLES.join(', ')}, each once, with \`sites\`: "all" or a list`,
  });
}
