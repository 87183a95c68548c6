import { gunzipSync } from 'node:zlib';
import { createRoute, z } from '@hono/zod-openapi';
import { batchJobDetailsView, batchJobView } from '@plumbline/shared/api/learning';
import { fromBase64 } from '@plumbline/shared/trust';
import {
  createJob,
  deleteJob,
  getJob,
  getRun,
  listJobs,
  listRuns,
  newBatchJob,
  orderJob,
} from '../../../learning/scoring/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, refusals, replies } from '../routes/reply.ts';

const job = z.object({ id: z.string() });

/** Jobs that score rows again and again: what they are, what they are told, and what they brought. */
export function addBatch(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/batch',
      request: jsonBody(newBatchJob),
      responses: replies('made; one without a pattern is due at once', batchJobView),
    }),
    async (context) => context.json(await createJob(fleet, context.get('actor'), context.req.valid('json')), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/batch',
      description: 'Whole: there are 200 at most (`job_limit`).',
      responses: replies('all jobs, by name', z.object({ jobs: z.array(batchJobView) })),
    }),
    async (context) => context.json({ jobs: await listJobs(db) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/batch/uploads',
      request: jsonBody(z.strictObject({ base64: z.base64().min(1) })),
      responses: replies(
        'the hash under which the rows lie',
        z.object({ artifact: z.string(), sizeBytes: z.number() }),
      ),
    }),
    async (context) => {
      const bytes = fromBase64(context.req.valid('json').base64);
      return context.json({ artifact: await fleet.artifacts.put(bytes), sizeBytes: bytes.length }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/batch/{id}',
      request: { params: job },
      responses: replies('one job and its runs, newest first', batchJobDetailsView),
    }),
    async (context) => {
      const { id } = context.req.valid('param');
      return context.json({ ...(await getJob(db, id)), runs: await listRuns(db, id) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/api/v1/batch/{id}',
      request: { params: job },
      responses: replies('gone, with its runs', z.object({ id: z.string(), runs: z.number() })),
    }),
    async (context) => context.json(await deleteJob(fleet, context.get('actor'), context.req.valid('param').id), 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/batch/{id}/{order}',
      request: { params: job.extend({ order: z.enum(['run', 'pause', 'resume']) }) },
      responses: replies('ordered', batchJobView),
    }),
    async (context) => {
      const { id, order } = context.req.valid('param');
      return context.json(await orderJob(fleet, context.get('actor'), id, order), 200);
    },
  );
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: '/api/v1/batch/{id}/results',
    request: { params: z.object({ id: z.string() }), query: z.object({ run: z.string().optional() }) },
    responses: { 200: { description: 'scored rows of a run, one JSON object a line' }, ...refusals },
  });
  app.get('/api/v1/batch/:id/results', async (context) => {
    const asked = context.req.query('run');
    const run = asked === undefined ? undefined : z.coerce.number().int().positive().catch(0).parse(asked);
    const found = await getRun(db, context.req.param('id'), run);
    const packed = new Uint8Array(await fleet.artifacts.get(found.artifact));
    const headers = { 'x-plumbline-run': String(found.run), 'x-plumbline-bundle': found.sha256 ?? '' };
    // Whoever can unpack it gets it as it lies there.
    if (/\bgzip\b/.test(context.req.header('accept-encoding') ?? '')) {
      return context.body(packed, 200, {
        ...headers,
        'content-type': 'application/x-ndjson',
        'content-encoding': 'gzip',
      });
    }
    return context.body(new Uint8Array(gunzipSync(packed)), 200, {
      ...headers,
      'content-type': 'application/x-ndjson',
    });
  });
}
