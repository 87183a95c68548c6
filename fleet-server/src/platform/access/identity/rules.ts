import type { Assignment, Sites } from '../principal.ts';
import { ROLES } from '../roles.ts';

/** What follows from who somebody is elsewhere. */
export interface IdentityRules {
  /** Of the provider's claims the one that lists what somebody belongs to. */
  claim: string;
  /** Roles by what somebody belongs to; undefined where roles are given here. */
  roles: ReadonlyMap<string, readonly Assignment[]> | undefined;
  /** Who comes in for the first time: whom the roles say something of, or whom an admin has bound. */
  newcomers: 'mapped' | 'bound';
}

/** What the provider's groups add up to: each role once, on all the sites that any of them says. */
export function rolesOf({ claim, roles }: IdentityRules, claims: Readonly<Record<string, unknown>>): Assignment[] {
  const held = groupsOf(claims[claim]).flatMap((group) => roles?.get(group) ?? []);
  return ROLES.flatMap((role) => {
    const sites = held.filter((one) => one.role === role).map((one) => one.sites);
    return sites.length === 0 ? [] : [{ role, sites: union(sites) }];
  });
}

/** A list, or one text as some providers give it; anything else says nothing. */
function groupsOf(claim: unknown): string[] {
  if (typeof claim === 'string') return [claim];
  return Array.isArray(claim) ? claim.filter((one): one is string => typeof one === 'string') : [];
}

function union(sites: readonly Sites[]): Sites {
  if (sites.includes('all')) return 'all';
  return [...new Set(sites.flatMap((one) => (one === 'all' ? [] : one)))].toSorted();
}
