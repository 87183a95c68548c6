import { createRoute, z } from '@hono/zod-openapi';
import { runComparisonView, runDetailsView, runView } from '@plumbline/shared/api/learning';
import {
  archiveRun,
  artifactOfRun,
  artifactsOfRun,
  compareRuns,
  finishRun,
  listRuns,
  showRun,
  startRun,
  tagRun,
} from '../../../learning/experiments/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, refusals, replies } from '../routes/reply.ts';
import { recordedRun } from './run-body.ts';

const byId = { params: z.object({ id: z.string().max(64) }) };
const word = z.string().max(256).optional();
const MEDIA_TYPES = new Set(['image/svg+xml', 'application/json', 'text/markdown', 'text/html', 'text/csv']);

/** Runs of experiments: what was tried, with what, and how it did. */
export function addRuns(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/runs',
      request: {
        query: z.strictObject({
          experiment: word,
          kind: z.enum(['train', 'import', 'retrain']).optional(),
          state: z.enum(['running', 'finished', 'failed', 'stopped']).optional(),
          dataset: word,
          line: word,
          version: word,
          parent: word,
          archived: z.stringbool().optional(),
          cursor: word,
          limit: z.coerce.number().int().min(1).max(500).optional(),
        }),
      },
      responses: replies('a page, the newest first', z.object({ runs: z.array(runView), next: z.string().optional() })),
    }),
    async (context) => {
      const { dataset, ...query } = context.req.valid('query');
      const { runs, next } = await listRuns(db, { ...query, datasetVersion: dataset });
      return context.json({ runs: runs, ...(next === undefined ? {} : { next }) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/runs',
      request: jsonBody(recordedRun),
      responses: replies('a run that has ended elsewhere, as it was written down', runView),
    }),
    async (context) => {
      const { metrics, artifacts, result, endedAt, ...start } = context.req.valid('json');
      const actor = context.get('actor');
      const { id } = await startRun(fleet, actor, start);
      const outcome = {
        metrics,
        artifacts,
        ...(result === undefined ? {} : { result }),
        ...(endedAt === undefined ? {} : { endedAt }),
      };
      return context.json(await finishRun(fleet, actor, id, outcome), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/run-comparisons',
      request: { query: z.strictObject({ runs: z.string().max(4096) }) },
      responses: replies('settings that differ, figures side by side', runComparisonView),
    }),
    async (context) => {
      const ids = context.req.valid('query').runs.split(',').filter(Boolean);
      return context.json(await compareRuns(db, ids), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/runs/{id}',
      request: byId,
      responses: replies('one run with its files', runDetailsView),
    }),
    async (context) => {
      const run = await showRun(db, context.req.valid('param').id);
      return context.json({ ...run, artifacts: await artifactsOfRun(db, run.id) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/runs/{id}/tags',
      request: { ...byId, ...jsonBody(z.strictObject({ tags: z.record(z.string(), z.string().nullable()) })) },
      responses: replies('with its tags as they are now', runView),
    }),
    async (context) => {
      const { id } = context.req.valid('param');
      return context.json(await tagRun(fleet, context.get('actor'), id, context.req.valid('json').tags), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/runs/{id}/archive',
      request: byId,
      responses: replies('put away', runView),
    }),
    async (context) => context.json(await archiveRun(fleet, context.get('actor'), context.req.valid('param').id), 200),
  );
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/v1/runs/{id}/artifacts/{name}',
    request: { params: z.object({ id: z.string(), name: z.string() }) },
    responses: { 200: { description: 'one file of a run, as its media type says' }, ...refusals },
  });
  app.get('/api/v1/runs/:id/artifacts/:name', async (context) => {
    const found = await artifactOfRun(db, context.req.param('id'), context.req.param('name'));
    const bytes = await fleet.artifacts.get(found.sha256);
    return context.body(new Uint8Array(bytes), 200, {
      'content-type': MEDIA_TYPES.has(found.mediaType) ? found.mediaType : 'application/octet-stream',
      // Somebody else's page: it may show itself and do nothing in the name of whoever looks at it.
      'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'",
      'x-content-type-options': 'nosniff',
    });
  });
}
