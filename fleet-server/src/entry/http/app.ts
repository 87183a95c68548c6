import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { HttpError, type App, type Variables } from './edge.ts';
import type { Fleet } from '../fleet.ts';
import { addApiTokens } from './people/api-tokens.ts';
import { addApproverKeys } from './people/approver-keys.ts';
import { addAuditTrail } from './people/audit.ts';
import { addIdentity } from './people/identity.ts';
import { guardRoutes, refuseUnlisted } from './access/guard.ts';
import { securityHeaders } from './access/security-headers.ts';
import { admitTabletOrigins } from './access/tablet-origins.ts';
import { addSessions } from './people/sessions.ts';
import { addUsers } from './people/users.ts';
import { addConsole } from './console/index.ts';
import { addDriftEvidence } from './drift/evidence.ts';
import { addDocuments, addOperators, addPolicies, addSchemas } from './declared/index.ts';
import { answerProblem } from './problem.ts';
import { addAlerts } from './told/alerts.ts';
import { addAlertRoutes } from './told/alert-routes.ts';
import { addDriftReport } from './told/drift-report.ts';
import { addApprovals } from './routes/approvals.ts';
import { addDatasets } from './datasets/datasets.ts';
import { addDevices } from './routes/devices.ts';
import { addGroups } from './sites/groups.ts';
import { addRegistry, addRuns } from './experiments/index.ts';
import { addEvents } from './told/events.ts';
import { addInsight } from './routes/insight.ts';
import { addLifecycle } from './sites/lifecycle.ts';
import { addModels } from './routes/models.ts';
import { addPipelines, addPipelineTriggers } from './pipelines/index.ts';
import { addPublic } from './routes/public.ts';
import { answerOnce } from './idempotency.ts';
import { addRehearsals } from './rehearsal/material.ts';
import { addRetraining } from './retraining/retraining.ts';
import { addRepository } from './routes/repository.ts';
import { addOverview } from './sites/overview.ts';
import { addRollouts } from './routes/rollouts.ts';
import { addForecasts } from './rollouts/forecast.ts';
import { addScoring } from './scoring/index.ts';
import { addSiteActivities } from './sites/activities.ts';
import { addSites } from './sites/sites.ts';
import { addTuf } from './routes/tuf.ts';
import { addWebhooks } from './told/webhooks.ts';
import { addWritten } from './written/written.ts';

const MAX_BODY_BYTES = 96 * 1024 * 1024;

/**
 * The one edge of the server for people and programs: `/api/v1`, described by `/api/v1/openapi.json`.
 * @param options `now`: of people, for sessions and tokens, ms; the clock of the fleet without, which a replay drives.
 * `tabletOrigins`: where the site app is served from
 * @throws HttpError `route_without_permission`
 */
export function createHttpApp(
  fleet: Fleet,
  options: { now?: () => number; tabletOrigins?: readonly string[] } = {},
): App {
  const { now = fleet.now, tabletOrigins = [] } = options;
  const app: App = new OpenAPIHono<{ Variables: Variables }>({
    defaultHook: (result) => {
      if (result.success) return;
      const issue = result.error.issues[0];
      const field = issue?.path.join('.') || 'body';
      throw new HttpError('body_malformed', `${field}: ${issue?.message}`, {
        field,
        expected: issue?.message ?? 'the schema',
      });
    },
  });
  app.onError((error, context) => answerProblem(context, readable(error), fleet.log));
  app.notFound((context) =>
    answerProblem(
      context,
      new HttpError('no_such_route', `no ${context.req.method} ${context.req.path}`, {
        kind: 'not-found',
        field: 'path',
      }),
      fleet.log,
    ),
  );
  app.use('*', securityHeaders(fleet));
  app.use('/api/v1/*', admitTabletOrigins(tabletOrigins));
  app.use(
    '/api/v1/*',
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        throw new HttpError('body_too_large', 'body too large', {
          kind: 'too-large',
          field: 'body',
          expected: `≤ ${MAX_BODY_BYTES} bytes`,
        });
      },
    }),
  );
  app.use('/api/v1/*', guardRoutes(fleet, now));
  app.use('/api/v1/*', answerOnce(fleet, now));
  addPublic(app, fleet);
  addTuf(app, fleet);
  addPipelineTriggers(app, fleet);
  for (const add of [addSessions, addIdentity, addUsers, addApiTokens, addAuditTrail]) add(app, fleet, now);
  for (const add of [
    addOverview,
    addModels,
    addRegistry,
    addRuns,
    addDatasets,
    addApproverKeys,
    addApprovals,
    addRepository,
    addLifecycle,
    addGroups,
    addDevices,
    addAlertRoutes,
    addAlerts,
    addEvents,
    addWebhooks,
    addRollouts,
    addForecasts,
    addRehearsals,
    addScoring,
    addWritten,
    addPipelines,
    addRetraining,
    addSites,
    addSiteActivities,
    addDriftReport,
    addDriftEvidence,
    addInsight,
    addDocuments,
    addPolicies,
    addOperators,
    addSchemas,
  ])
    add(app, fleet);
  refuseUnlisted(app);
  addConsole(app);
  return app;
}

/** Hono answers a body that is no JSON with an exception of its own. */
function readable(error: unknown): unknown {
  if (error instanceof Error && 'status' in error && error.status === 400) {
    return new HttpError('body_malformed', error.message, { field: 'body', expected: 'JSON' });
  }
  return error;
}
