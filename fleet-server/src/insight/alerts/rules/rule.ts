import { z } from 'zod';
import { alertRules, asc, type ReadDb } from '../../../platform/db/index.ts';
import type { AlertKind } from '../condition.ts';
import { ALERT_KINDS, SEVERITIES } from '../severity.ts';

/**
 * One plain address: no display name, no comment, no quoted part, and nothing that could begin another header.
 * Source: dot-atom of RFC 5322 §3.2.3, lengths of RFC 5321 §4.5.3.1.
 */
export const mailAddress = z
  .string()
  .max(254)
  .regex(
    /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64})*@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/,
    'expected one address such as ops@example.com',
  )
  .refine((address) => address.indexOf('@') <= 64, 'expected at most 64 characters before the @');

const kind = z.enum(ALERT_KINDS as [AlertKind, ...AlertKind[]]);
const id = z.string().min(1).max(128);

/** Which alerts, and who is told of them. What is left out of `when` does not matter; all that is there must hold. */
export const alertRule = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and -'),
  when: z
    .strictObject({
      kinds: z.array(kind).min(1).max(ALERT_KINDS.length).optional(),
      /** Of the model, or the rollout, that the alert is about. */
      lines: z.array(id).min(1).max(50).optional(),
      sites: z.array(id).min(1).max(200).optional(),
      severities: z.array(z.enum(SEVERITIES)).min(1).max(SEVERITIES.length).optional(),
    })
    .default({}),
  routes: z
    .strictObject({
      email: z.array(mailAddress).max(20).default([]),
      /** Besides those that take `alert.*` by their types. */
      webhooks: z.array(id).max(20).default([]),
    })
    .refine(({ email, webhooks }) => email.length + webhooks.length > 0, 'expected an address or a webhook'),
});

export type AlertRule = z.infer<typeof alertRule>;

export interface KeptRule extends AlertRule {
  updatedBy: string;
  updatedAt: number;
}

/** By name. */
export async function listRules(db: ReadDb): Promise<KeptRule[]> {
  const rows = await db.select().from(alertRules).orderBy(asc(alertRules.name));
  return rows.map(({ name, spec, updatedBy, updatedAt }) => {
    const { when, routes } = JSON.parse(spec) as Pick<AlertRule, 'when' | 'routes'>;
    return { name, when, routes, updatedBy, updatedAt };
  });
}
