import { z } from 'zod';

const id = z.string().min(1).max(200);
const text = z.string().max(4000);
const device = z.object({ site: id, device: id });
const site = z.object({ site: id });
const alert = z.object({ alert: id, kind: id, subject: id, scope: id, sentence: text });

/**
 * What happens in a fleet, as other programs are told: by webhooks and at `GET /api/v1/events`. `data` of each type.
 * Fields are only ever added; none holds a secret.
 */
export const eventData = {
  'device.enrolled': device,
  'device.assigned': device.extend({ seq: z.number().int() }),
  'device.stale': device.extend({ reason: text }),
  'device.quarantined': device.extend({ reason: text }),
  'device.cloned': device,
  'device.penalised': device.extend({ until: z.number().int(), reason: text }),
  'device.revoked': device.extend({ reason: text }),
  'device.replaced': device.extend({ old: id }),
  'device.retired': device,
  'site.closing': site,
  'site.reopened': site,
  'site.archived': site,
  'dataset.registered': z.object({ dataset: id, version: id, rows: z.number().int() }),
  'model.published': z.object({ model: id, version: id, releaseCounter: z.number().int() }),
  'model.aliased': z.object({ model: id, alias: id, version: id.nullable() }),
  'model.deprecated': z.object({ model: id, version: id, reason: text }),
  'run.ended': z.object({ run: id, experiment: id, state: z.enum(['finished', 'failed', 'stopped']) }),
  'batch.ended': z.object({ job: id, run: z.number().int(), state: text }),
  'pipeline.run': z.object({ pipeline: id, run: id, from: text, to: text, reason: text }),
  'pipeline.step': z.object({ pipeline: id, run: id, step: id, attempt: z.number().int(), state: text }),
  'retraining.turn': z.object({ model: id, turn: id, from: text, to: text, reason: text }),
  'rollout.transition': z.object({ rollout: id, from: text, to: text, reason: text }),
  'rollout.asks': z.object({
    rollout: id,
    stage: z.number().int(),
    what: z.enum(['approval', 'decision']),
    reason: text,
  }),
  'fleet.frozen': z.object({ actor: id, reason: text }),
  'fleet.thawed': z.object({ actor: id, reason: text }),
  'drift.alert': z.object({ model: id, site: id.optional(), device: id.optional(), reason: text }),
  'drift.finding': z.object({ finding: id, kind: id, model: id, version: id, subject: text, sentence: text }),
  'alert.raised': alert,
  'alert.cleared': alert.extend({ reason: text }),
  'webhook.ping': z.object({ webhook: id }),
} as const;

export type PublicEventType = keyof typeof eventData;

export const publicEventTypes = Object.keys(eventData) as PublicEventType[];

/** `{type, timestamp, data}` of Standard Webhooks 1.0; `timestamp` is when it happened, ISO 8601 in UTC. */
export const publicEvent = z
  .object({ type: z.enum(publicEventTypes), timestamp: z.iso.datetime(), data: z.record(z.string(), z.unknown()) })
  .superRefine(({ type, data }, context) => {
    for (const issue of eventData[type].safeParse(data).error?.issues ?? []) {
      context.addIssue({ code: 'custom', message: issue.message, path: ['data', ...issue.path] });
    }
  });

export type PublicEvent = z.infer<typeof publicEvent>;

/** A type, every type of a family as `rollout.*`, or `*` for all. */
export const eventPattern = z
  .string()
  .refine(
    (pattern) => publicEventTypes.some((type) => matchesEvent([pattern], type)),
    `expected *, a family such as rollout.*, or one of ${publicEventTypes.join(', ')}`,
  );

export function matchesEvent(patterns: readonly string[], type: string): boolean {
  return patterns.some(
    (pattern) =>
      pattern === '*' || pattern === type || (pattern.endsWith('.*') && type.startsWith(pattern.slice(0, -1))),
  );
}
