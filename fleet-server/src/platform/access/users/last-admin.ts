import { and, isNull, ne, users, type Db } from '../../db/index.ts';
import { AccessError } from '../errors.ts';
import type { Assignment } from '../principal.ts';
import { readUser, type User } from './user.ts';

/**
 * Somebody has to be left who lets people in: an admin of all sites who can sign in, other than this one.
 * @param held what this one has from now on; nothing when they are removed
 * @throws AccessError `last_admin`
 */
export async function refuseWithoutAdmin(
  tx: Db,
  user: User,
  held: readonly Assignment[],
  field: string,
): Promise<void> {
  if (!isAdmin(user.assignments) || isAdmin(held)) return;
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

function mayComeIn({ hasPassword, identity }: User): boolean {
  return hasPassword || identity !== null;
}
