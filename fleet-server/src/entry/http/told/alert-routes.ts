import { createRoute, z } from '@hono/zod-openapi';
import { alertMuteView, alertRuleView, queuedMailView } from '@plumbline/shared/api/insight';
import {
  alertRule,
  listRules,
  muteAlerts,
  newMute,
  putRule,
  removeRule,
  standingMutes,
  unmuteAlerts,
} from '../../../insight/alerts/index.ts';
import type { Fleet } from '../../fleet.ts';
import { mailPage, settleDead } from '../../mail/index.ts';
import type { App } from '../edge.ts';
import { paging } from '../routes/paging.ts';
import { jsonBody, replies } from '../routes/reply.ts';

const params = z.object({ id: z.string().max(128) });

/** Who is told of alerts, what is muted, and mails on their way. Before `/alerts/{id}`, which would take their names. */
export function addAlertRoutes(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/alerts/rules',
      description: 'Whole: there are 100 at most (`alert_rule_limit`).',
      responses: replies('rules by name', z.object({ rules: z.array(alertRuleView) })),
    }),
    async (context) => context.json({ rules: await listRules(db) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/alerts/rules',
      description:
        'Adds a rule, or replaces the one of that name. A webhook gets its alerts besides what its types take.',
      request: jsonBody(alertRule),
      responses: replies('kept', alertRuleView),
    }),
    async (context) => context.json(await putRule(fleet, context.get('actor'), context.req.valid('json')), 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/alerts/rules/{id}/remove',
      request: { params },
      responses: replies('removed', z.object({ name: z.string() })),
    }),
    async (context) => context.json(await removeRule(fleet, context.get('actor'), context.req.valid('param').id), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/alerts/mutes',
      responses: replies('those that hold, the first to end first', z.object({ mutes: z.array(alertMuteView) })),
    }),
    async (context) => context.json({ mutes: await standingMutes(db, fleet.now()) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/alerts/mutes',
      description: 'Nobody is told of them until then; they stay in the list, and what still stands is told of then.',
      request: jsonBody(newMute),
      responses: replies('muted', alertMuteView),
    }),
    async (context) => context.json(await muteAlerts(fleet, context.get('actor'), context.req.valid('json')), 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/alerts/mutes/{id}/end',
      request: { params },
      responses: replies('over', alertMuteView),
    }),
    async (context) =>
      context.json(await unmuteAlerts(fleet, context.get('actor'), context.req.valid('param').id), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/alerts/mails',
      request: { query: z.strictObject({ state: z.enum(['waiting', 'delivered', 'dead']).optional(), ...paging }) },
      responses: replies(
        'a page, newest first, and how many were given up',
        z.object({ mails: z.array(queuedMailView), next: z.string().nullable(), dead: z.number().int() }),
      ),
    }),
    async (context) => {
      const { limit, cursor, ...filter } = context.req.valid('query');
      return context.json(await mailPage(db, filter, { limit, cursor }), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/alerts/mails/{order}',
      request: {
        params: z.object({ order: z.enum(['retry', 'drop']) }),
        ...jsonBody(z.strictObject({ to: z.string().max(254).optional() })),
      },
      responses: replies('done with what was given up', z.object({ order: z.string(), mails: z.number() })),
    }),
    async (context) => {
      const order = { ...context.req.valid('param'), to: context.req.valid('json').to };
      return context.json(await settleDead(fleet, context.get('actor'), order), 200);
    },
  );
}
