import { z } from '@hono/zod-openapi';
import { PERMISSIONS, ROLES, type ApiToken, type Assignment, type User } from '../../../platform/access/index.ts';

/** Roles, users and tokens as the API shows them. */
export const shownAssignment = z.object({
  role: z.enum(ROLES),
  sites: z.union([z.literal('all'), z.array(z.string())]),
});

export const shownUser = z.object({
  name: z.string(),
  assignments: z.array(shownAssignment),
  hasPassword: z.boolean(),
  /** Who they are at the identity provider. */
  identity: z.object({ issuer: z.string(), subject: z.string() }).nullable(),
  createdAt: z.number(),
  createdBy: z.string(),
  /** Null: may sign in. */
  removedAt: z.number().nullable(),
}) satisfies z.ZodType<User>;

export const shownToken = z.object({
  id: z.string(),
  user: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(PERMISSIONS)),
  createdAt: z.number(),
  expiresAt: z.number(),
  lastUsedAt: z.number().nullable(),
  revokedAt: z.number().nullable(),
}) satisfies z.ZodType<ApiToken>;

export function showAssignment({ role, sites }: Assignment): z.infer<typeof shownAssignment> {
  return { role, sites: sites === 'all' ? sites : [...sites] };
}
