import { and, isNull, ne, users, type Db } from '../../db/index.ts';
import { AccessError } from '../errors.ts';
import type { Assignment } from '../principal.ts';
import { readUser, type User } from './user.ts';

/** What somebody may, and by what they come in. */
type Standing = Pick<User, 'assignments' | 'hasPassword' | 'identity'>;

/**
 * Somebody has to be left who lets people in: an admin of all sites who can sign in, other than this one.
 * @param left what this one has from now on; nothing when they are removed
 * @throws AccessError `last_admin`
 */
export async function refuseWithoutAdmin(tx: Db, user: User, left: Standing | undefined, field: string): Promise<void> {
  if (!isAdmin(user.assignments)) return;
  // Whoever waits with a code for a password is an admin as before, and loses no way in.
  const keepsWayIn = left !== undefined && (mayComeIn(left) || !mayComeIn(user));
  if (keepsWayIn && isAdmin(left.assignments)) return;
  const others = await tx
    .select()
    .from(users)
    .where(and(isNull(users.removedAt), ne(users.name, user.name)));
  if (others.map(readUser).some((other) => isAdmin(other.assignments) && mayComeIn(other))) return;
  throw new AccessError('last_admin', `${user.name} is the last admin of all sites who can sign in`, {
    kind: 'conflict',
    field,
    expected: 'another admin of all sites first, who has chosen a password or is known at the identity provider',
  });
}

/** On some sites alone, nobody lets people in. */
function isAdmin(held: readonly Assignment[]): boolean {
  return held.some(({ role, sites }) => role === 'admin' && sites === 'all');
}

function mayComeIn({ hasPassword, identity }: Standing): boolean {
  return hasPassword || identity !== null;
}
