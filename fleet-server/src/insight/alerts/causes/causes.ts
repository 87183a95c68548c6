import { z } from 'zod';
import {
  and,
  count,
  desc,
  devicePenalties,
  devices,
  deviceStaleness,
  eq,
  gt,
  inArray,
  isNotNull,
  max,
  rollouts,
  webhookDeliveries,
  webhooks,
  type ReadDb,
} from '../../../platform/db/index.ts';
import type { Condition } from '../condition.ts';
import { drift, refusedEvidence } from './drift.ts';
import { deadMail } from './dead-mail.ts';
import { unkeptHead } from './unkept-head.ts';

/** What a rollout came to is told of for so long. */
const ROLLOUT_NEWS_MS = 30 * 24 * 3_600_000;

type Cause = (db: ReadDb, now: number) => Promise<Condition[]>;

const cloned: Cause = async (db) => {
  const rows = await db
    .select()
    .from(devices)
    .where(and(eq(devices.standing, 'quarantined'), eq(devices.standingReason, 'cloned')));
  return rows.map(({ id, site, standingAt }) => ({
    kind: 'device_cloned',
    subject: `device:${id}`,
    scope: 'device',
    sentence: `The key of ${id} at ${site} is used from two places; it is shut out until a person has looked.`,
    details: { site },
    since: standingAt ?? 0,
    ends: 'cause',
  }));
};

const stale: Cause = async (db) => {
  const rows = await db
    .select({ id: devices.id, site: devices.site, since: deviceStaleness.staleSince })
    .from(deviceStaleness)
    .innerJoin(devices, eq(devices.id, deviceStaleness.device))
    .where(isNotNull(deviceStaleness.staleSince));
  return rows.map(({ id, site, since }) => ({
    kind: 'device_stale',
    subject: `device:${id}`,
    scope: 'device',
    sentence: `${id} at ${site} lives on old metadata and installs nothing; somebody may keep the newest from it.`,
    details: { site },
    since: since ?? 0,
    ends: 'cause',
  }));
};

const penalised: Cause = async (db, now) => {
  const rows = await db.select().from(devicePenalties).where(gt(devicePenalties.until, now));
  return rows.map(({ device, failures, reason, lastAt, until }) => ({
    kind: 'device_penalised',
    subject: `device:${device}`,
    scope: 'device',
    sentence: `${device} failed ${failures} times one after the other (${reason}) and gets nothing new until ${new Date(until ?? 0).toISOString()}.`,
    details: { failures, reason, until },
    since: lastAt,
    ends: 'cause',
  }));
};

/** Of the state that the engine keeps, what is looked at here. */
const rolloutState = z.object({
  status: z.string(),
  stageStatus: z.string(),
  stage: z.number(),
  since: z.number().default(0),
  asks: z.boolean().default(false),
  reason: z.string().default(''),
});

const rolloutNews: Cause = async (db, now) => {
  const rows = await db
    .select()
    .from(rollouts)
    .where(gt(rollouts.updatedAt, now - ROLLOUT_NEWS_MS));
  return rows.flatMap(({ id, line, version, state, updatedAt }): Condition[] => {
    const parsed = rolloutState.safeParse(JSON.parse(state));
    if (!parsed.success) return [];
    const { status, stageStatus, stage, since, asks, reason } = parsed.data;
    const about = { subject: `rollout:${id}`, scope: 'rollout', details: { line, version, stage, status } } as const;
    const name = `Rollout ${id} of ${line}@${version}`;
    const failed = stageStatus === 'failed' && (status === 'paused' || status === 'reverted');
    if (failed) {
      const then = status === 'paused' ? 'is paused' : 'was taken back';
      const sentence = `${name} failed in stage ${stage + 1} and ${then}: ${reason}`;
      return [
        {
          ...about,
          kind: 'rollout_failed',
          sentence,
          since: since || updatedAt,
          ends: status === 'paused' ? 'cause' : 'person',
        },
      ];
    }
    if (status !== 'awaiting-approval' && !asks) return [];
    const sentence = `${name} asks a person at stage ${Math.max(stage, 0) + 1}: ${reason || 'it awaits an approval'}`;
    return [{ ...about, kind: 'rollout_asks', sentence, since: since || updatedAt, ends: 'cause' }];
  });
};

const deadWebhooks: Cause = async (db) => {
  const dead = await db
    .select({ webhook: webhookDeliveries.webhook, count: count(), lastAt: max(webhookDeliveries.lastAt) })
    .from(webhookDeliveries)
    .where(eq(webhookDeliveries.state, 'dead'))
    .groupBy(webhookDeliveries.webhook);
  if (dead.length === 0) return [];
  const known = await db
    .select()
    .from(webhooks)
    .where(
      inArray(
        webhooks.id,
        dead.map(({ webhook }) => webhook),
      ),
    );
  return Promise.all(
    dead.map(async ({ webhook, count: messages, lastAt }): Promise<Condition> => {
      const [last] = await db
        .select({ reason: webhookDeliveries.lastReason })
        .from(webhookDeliveries)
        .where(and(eq(webhookDeliveries.webhook, webhook), eq(webhookDeliveries.state, 'dead')))
        .orderBy(desc(webhookDeliveries.lastAt))
        .limit(1);
      const url = known.find(({ id }) => id === webhook)?.url;
      const host = url === undefined ? 'unknown' : new URL(url).host;
      return {
        kind: 'webhook_dead',
        subject: `webhook:${webhook}`,
        scope: 'webhook',
        sentence: `Webhook ${webhook} (${host}) was given up on ${Number(messages)} messages; the last one: ${last?.reason ?? 'unknown'}.`,
        details: { messages: Number(messages), host },
        since: lastAt ?? 0,
        ends: 'cause',
      };
    }),
  );
};

/** Everything but silence that a person should know of, each from the rows that say so. */
export const CAUSES: readonly Cause[] = [
  cloned,
  stale,
  penalised,
  rolloutNews,
  drift,
  refusedEvidence,
  deadWebhooks,
  deadMail,
  unkeptHead,
];
