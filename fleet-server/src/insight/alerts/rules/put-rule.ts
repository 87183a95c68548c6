import { record } from '../../../platform/audit/index.ts';
import { alertRules, eq, inArray, webhooks, type Database, type Db } from '../../../platform/db/index.ts';
import { AlertError } from '../errors.ts';
import type { AlertRule, KeptRule } from './rule.ts';

const MAX_RULES = 100;

/**
 * Adds a rule, or puts it in the place of the one of that name. It counts from the next alert on.
 * @throws AlertError `alert_rule_limit`, `alert_route_unknown` naming the webhook
 */
export async function putRule(
  { database, now }: { database: Database; now: () => number },
  actor: string,
  { name, when, routes }: AlertRule,
): Promise<KeptRule> {
  return database.transaction(async (tx) => {
    await checkWebhooks(tx, routes.webhooks);
    const names = (await tx.select({ name: alertRules.name }).from(alertRules)).map((one) => one.name);
    if (!names.includes(name) && names.length >= MAX_RULES) {
      throw new AlertError('alert_rule_limit', `there are ${MAX_RULES} rules already`, {
        kind: 'conflict',
        field: 'name',
        expected: 'one of them removed first',
      });
    }
    const row = { name, spec: JSON.stringify({ when, routes }), updatedBy: actor, updatedAt: now() };
    await tx.insert(alertRules).values(row).onConflictDoUpdate({ target: alertRules.name, set: row });
    await record(tx, { actor, action: 'alerts.rule', subject: `alert-rule:${name}`, details: { when, routes } });
    return { name, when, routes, updatedBy: actor, updatedAt: row.updatedAt };
  });
}

/** @throws AlertError `alert_rule_unknown` */
export async function removeRule(
  { database }: { database: Database },
  actor: string,
  name: string,
): Promise<{ name: string }> {
  return database.transaction(async (tx) => {
    const removed = await tx.delete(alertRules).where(eq(alertRules.name, name)).returning({ name: alertRules.name });
    if (removed.length === 0) {
      throw new AlertError('alert_rule_unknown', `no rule ${name}`, {
        kind: 'not-found',
        field: 'name',
        expected: 'one that `alerts rules` shows',
      });
    }
    await record(tx, { actor, action: 'alerts.rule-remove', subject: `alert-rule:${name}`, details: {} });
    return { name };
  });
}

async function checkWebhooks(tx: Db, wanted: readonly string[]): Promise<void> {
  if (wanted.length === 0) return;
  const known = await tx
    .select({ id: webhooks.id })
    .from(webhooks)
    .where(inArray(webhooks.id, [...wanted]));
  const missing = wanted.find((id) => known.every((one) => one.id !== id));
  if (missing === undefined) return;
  throw new AlertError('alert_route_unknown', `no webhook ${missing}`, {
    field: 'routes.webhooks',
    expected: 'one that `webhooks list` shows',
  });
}
