import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { HttpError, type App } from './edge.ts';
import { signIn } from '../../platform/access/index.ts';
import type { Fleet } from '../fleet.ts';
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
import { addRehearsals } from './rehearsal/material.ts';
import { addRetraining } from './retraining/retraining.ts';
import { addRepository } from './routes/repository.ts';
import { addRollouts } from './routes/rollouts.ts';
import { addForecasts } from './rollouts/forecast.ts';
import { addScoring } from './scoring/index.ts';
import { addSites } from './sites/sites.ts';
import { addTuf } from './routes/tuf.ts';
import { addWebhooks } from './told/webhooks.ts';

const MAX_BODY_BYTES = 96 * 1024 * 1024;

/** The one edge of the server for people and programs: `/api/v1`, described by `/api/v1/openapi.json`. */
export function createHttpApp(fleet: Fleet): App {
  const app: App = new OpenAPIHono<{ Variables: { actor: string } }>({
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
  addPublic(app, fleet);
  addTuf(app, fleet);
  addPipelineTriggers(app, fleet);
  app.use('/api/v1/*', operatorsOnly(fleet));
  for (const add of [
    addModels,
    addRegistry,
    addRuns,
    addDatasets,
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
    addPipelines,
    addRetraining,
    addSites,
    addDriftReport,
    addDriftEvidence,
    addInsight,
    addDocuments,
    addPolicies,
    addOperators,
    addSchemas,
  ])
    add(app, fleet);
  return app;
}

/** Operators by their bearer tokens: the state folder's own, and those it let in. Roles and sites come later. */
function operatorsOnly({ database, operatorToken }: Fleet) {
  return createMiddleware<{ Variables: { actor: string } }>(async (context, next) => {
    const [, token = ''] = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '') ?? [];
    const actor = await signIn(database.db, operatorToken, token);
    if (actor === undefined) {
      throw new HttpError('not_signed_in', 'a bearer token is needed', {
        kind: 'unauthenticated',
        field: 'authorization',
      });
    }
    context.set('actor', actor);
    await next();
  });
}

/** Hono answers a body that is no JSON with an exception of its own. */
function readable(error: unknown): unknown {
  if (error instanceof Error && 'status' in error && error.status === 400) {
    return new HttpError('body_malformed', error.message, { field: 'body', expected: 'JSON' });
  }
  return error;
}
