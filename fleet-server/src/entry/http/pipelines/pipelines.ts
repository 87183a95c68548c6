import { createRoute, z } from '@hono/zod-openapi';
import {
  pipelineDetailsView,
  pipelineLogLineView,
  pipelinePutView,
  pipelineRunDetailsView,
  pipelineRunView,
  pipelineSummaryView,
  pipelineView,
  requestedRunView,
} from '@plumbline/shared/api/learning';
import {
  attemptsOf,
  cancelPipelineRun,
  getPipeline,
  getPipelineRun,
  listPipelineRuns,
  listPipelines,
  logOfRun,
  orderPipeline,
  putPipeline,
  renewSecret,
  requestRun,
} from '../../../learning/pipelines/index.ts';
import { warningsOfPipeline } from '../../../learning/retraining/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { document, jsonBody, replies } from '../routes/reply.ts';
import { gitCommit, parameterValues } from './order.ts';

const byName = z.object({ name: z.string() });
/** Of what is there now; 0: nothing is. */
const revision = z.coerce.number().int().nonnegative();
const byRun = z.object({ run: z.string() });

/** Pipelines: what they are, what they are told, their runs and what these said. */
export function addPipelines(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/pipelines',
      request: { query: z.strictObject({ expectedRevision: revision.optional() }), ...jsonBody(document) },
      responses: replies(
        'as it is now, what it will not do, and a secret where one was made, shown this once',
        pipelinePutView,
      ),
    }),
    async (context) => {
      const { expectedRevision } = context.req.valid('query');
      const put = await putPipeline(fleet, context.get('actor'), context.req.valid('json'), expectedRevision);
      return context.json({ ...put, warnings: await warningsOfPipeline(db, put.pipeline) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/pipelines',
      description: 'Whole: there are 200 at most (`pipeline_limit`).',
      responses: replies(
        'all pipelines by name, each with its last run',
        z.object({ pipelines: z.array(pipelineSummaryView) }),
      ),
    }),
    async (context) => {
      const pipelines = await Promise.all(
        (await listPipelines(db)).map(async (one) => ({ ...one, last: (await listPipelineRuns(db, one.name, 1))[0] })),
      );
      return context.json({ pipelines }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/pipelines/{name}',
      request: { params: byName },
      responses: replies('one pipeline and its last runs, the newest first', pipelineDetailsView),
    }),
    async (context) => {
      const { name } = context.req.valid('param');
      return context.json({ ...(await getPipeline(db, name)), runs: await listPipelineRuns(db, name) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/pipelines/{name}/runs',
      request: {
        params: byName,
        ...jsonBody(
          z.strictObject({ set: parameterValues, commit: gitCommit.optional(), noCache: z.boolean().default(false) }),
        ),
      },
      responses: replies('a run that begins at the next look', requestedRunView),
    }),
    async (context) => {
      const { set, commit, noCache } = context.req.valid('json');
      const actor = context.get('actor');
      const requested = await requestRun(fleet, actor, {
        pipeline: context.req.valid('param').name,
        set,
        noCache,
        ...(commit !== undefined && { gitCommit: commit }),
        cause: { kind: 'operator', sentence: `ordered by ${actor}` },
      });
      return context.json(requested, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/pipelines/{name}/secret',
      request: { params: byName },
      responses: replies('another secret for calls from outside, shown this once', z.object({ secret: z.string() })),
    }),
    async (context) => {
      const secret = await renewSecret(fleet, context.get('actor'), context.req.valid('param').name);
      return context.json({ secret }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/pipelines/{name}/{order}',
      request: { params: byName.extend({ order: z.enum(['pause', 'resume']) }) },
      responses: replies('ordered', pipelineView),
    }),
    async (context) => {
      const { name, order } = context.req.valid('param');
      return context.json(await orderPipeline(fleet, context.get('actor'), name, order), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/pipeline-runs/{run}',
      request: { params: byRun },
      responses: replies('a run and every attempt of its steps', pipelineRunDetailsView),
    }),
    async (context) => {
      const { run } = context.req.valid('param');
      return context.json({ run: await getPipelineRun(db, run), attempts: await attemptsOf(db, run) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/pipeline-runs/{run}/logs',
      request: {
        params: byRun,
        query: z.strictObject({ step: z.string().optional(), after: z.coerce.number().int().min(0).optional() }),
      },
      responses: replies('what its steps said, oldest first', z.object({ lines: z.array(pipelineLogLineView) })),
    }),
    async (context) => {
      const { id } = await getPipelineRun(db, context.req.valid('param').run);
      return context.json({ lines: await logOfRun(db, id, context.req.valid('query')) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/pipeline-runs/{run}/cancel',
      request: { params: byRun },
      responses: replies('over; what is being computed is given up', pipelineRunView),
    }),
    async (context) =>
      context.json(await cancelPipelineRun(fleet, context.get('actor'), context.req.valid('param').run), 200),
  );
}
