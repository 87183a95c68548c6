import type { paths } from '../../../api/schema.generated.ts';

export type Session = paths['/api/v1/session']['get']['responses'][200]['content']['application/json'];
export type Permission = Session['permissions'][number];
export type User = paths['/api/v1/users']['get']['responses'][200]['content']['application/json']['users'][number];
export type Assignment = User['assignments'][number];
export type Role = Assignment['role'];
export type ApiToken =
  paths['/api/v1/api-tokens']['get']['responses'][200]['content']['application/json']['tokens'][number];

export const ROLES = ['viewer', 'operator', 'approver', 'admin'] as const satisfies readonly Role[];

export const ROLE_WORDS: Record<Role, string> = {
  viewer: 'looks at everything',
  operator: 'enrols devices, runs rollouts, trains, may pull the brake',
  approver: 'signs models, opens stages, sets policies, alerts and webhooks',
  admin: 'lets people in',
};

/** `operator on north-yard, south-yard`. */
export function assignmentWords({ role, sites }: Assignment): string {
  return sites === 'all' ? `${role} on all sites` : `${role} on ${sites.join(', ')}`;
}
