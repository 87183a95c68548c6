/** From the one who looks to the one who lets people in; each may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** What each role may do beyond the role before it. */
const ADDS = {
  viewer: [
    'alerts:read',
    'audit:read',
    'devices:read',
    'learning:read',
    'models:read',
    'policies:read',
    'rollouts:read',
    'sites:read',
    'telemetry:read',
  ],
  operator: [
    'alerts:write',
    'devices:enrol',
    'devices:write',
    'fleet:brake',
    'groups:write',
    'learning:write',
    'models:score',
    'models:write',
    'rollouts:write',
    'sites:write',
  ],
  approver: [
    'alerts:settings',
    'declared:write',
    'models:approve',
    'policies:write',
    'repository:write',
    'rollouts:approve',
    'webhooks:read',
    'webhooks:write',
  ],
  admin: ['access:admin'],
} as const satisfies Record<Role, readonly string[]>;

export type Permission = (typeof ADDS)[Role][number];

/** Every permission there is, by name. */
export const PERMISSIONS: readonly Permission[] = ROLES.flatMap((role): readonly Permission[] => ADDS[role]).toSorted();

const GRANTS = new Map<Role, ReadonlySet<Permission>>(
  ROLES.map((role, index) => [
    role,
    new Set(ROLES.slice(0, index + 1).flatMap((each): readonly Permission[] => ADDS[each])),
  ]),
);

export function grantsOf(role: Role): ReadonlySet<Permission> {
  return GRANTS.get(role) ?? new Set();
}
