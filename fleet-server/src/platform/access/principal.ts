import { grantsOf, PERMISSIONS, type Permission, type Role } from './roles.ts';

/** All of them, or these. */
export type Sites = 'all' | readonly string[];

/** A role, and the sites it holds for. */
export interface Assignment {
  role: Role;
  sites: Sites;
}

/** Who acts, and what they may. */
export interface Principal {
  /** As the audit names them: `user:bo`. */
  actor: string;
  assignments: readonly Assignment[];
  /** Of a token that may do less than its user; absent where there is no such limit. */
  scopes?: ReadonlySet<Permission>;
  /** How they signed in. */
  by: 'owner' | 'operator' | 'token' | 'session';
}

/** On which sites somebody may do this; an empty list says that they may not. */
export function reachOf({ assignments, scopes }: Principal, permission: Permission): Sites {
  if (scopes !== undefined && !scopes.has(permission)) return [];
  const held = assignments.filter(({ role }) => grantsOf(role).has(permission)).map(({ sites }) => sites);
  if (held.includes('all')) return 'all';
  return [...new Set(held.flatMap((sites) => (sites === 'all' ? [] : sites)))].toSorted();
}

/** What somebody may do on one site at least, by name. */
export function permissionsOf(principal: Principal): Permission[] {
  return PERMISSIONS.filter((permission) => reachOf(principal, permission).length > 0);
}

export function isWithin(reach: Sites, site: string): boolean {
  return reach === 'all' || reach.includes(site);
}
