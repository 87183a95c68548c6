import { createRoute, z } from '@hono/zod-openapi';
import { importedReleaseView } from '@plumbline/shared/api/learning';
import { modelLineView, modelVersionView, submittedModelView } from '@plumbline/shared/api/supply';
import { fromBase64 } from '@plumbline/shared/trust';
import {
  getModel,
  intakeModel,
  listLinesOfModels,
  modelPage,
  optimizeModel,
  parseMapping,
  refuseUndelegated,
  submitForApproval,
  VERSION_STATES,
} from '../../../supply/models/index.ts';
import { loadDataset } from '../../../learning/datasets/index.ts';
import { importModel } from '../../../learning/pipelines/index.ts';
import type { Fleet } from '../../fleet.ts';
import { HttpError, type App } from '../edge.ts';
import { paging } from './paging.ts';
import { document, jsonBody, replies } from './reply.ts';

/** Models: intake of an ONNX file with its mapping, and what became of it. */
export function addModels(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/models',
      request: jsonBody(z.object({ mapping: document, model: z.string(), dataset: z.string().max(256).optional() })),
      responses: replies(
        'sealed, and waiting for its second signature; with `dataset` also judged on its rows',
        z.union([importedReleaseView, submittedModelView]),
      ),
    }),
    async (context) => {
      const body = context.req.valid('json');
      const whole = parseMapping(body.mapping);
      await refuseUndelegated(fleet.database.db, whole.line);
      if (body.dataset !== undefined) {
        const dataset = await loadDataset(fleet, body.dataset);
        const foreign = { mapping: whole, bytes: bytesOf(body.model), dataset };
        return context.json(await importModel(fleet, context.get('actor'), foreign), 200);
      }
      const { golden, profiles, ...mapping } = whole;
      const accepted = await intakeModel(
        fleet,
        {
          ...mapping,
          bytes: bytesOf(body.model),
          card: { origin: 'imported' },
          ...(golden ? { goldenRecords: golden } : {}),
        },
        fleet.now(),
      );
      const optimized = await optimizeModel(fleet, accepted, profiles === undefined ? {} : { profiles });
      const { trials, declined } = optimized;
      const release = await submitForApproval(fleet, context.get('actor'), optimized);
      return context.json({ ...release, trials, declined, changes: accepted.changes }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/models',
      request: {
        query: z.strictObject({
          line: z.string().max(128).optional(),
          state: z.enum(VERSION_STATES).optional(),
          ...paging,
        }),
      },
      responses: replies(
        'a page of versions by line, the newest of each first',
        z.object({ models: z.array(modelVersionView), next: z.string().nullable() }),
      ),
    }),
    async (context) => {
      const { limit, cursor, ...filter } = context.req.valid('query');
      return context.json(await modelPage(fleet.database.db, filter, { limit, cursor }), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/lines',
      description: 'Whole: there are as many as the offline keys have delegated.',
      responses: replies(
        'every line by name: its newest version and the one in force',
        z.object({ lines: z.array(modelLineView) }),
      ),
    }),
    async (context) => context.json({ lines: await listLinesOfModels(fleet.database.db) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/models/{line}/{version}',
      request: { params: z.object({ line: z.string(), version: z.string() }) },
      responses: replies('one version', modelVersionView),
    }),
    async (context) => {
      const { line, version } = context.req.valid('param');
      return context.json(await getModel(fleet.database.db, line, version), 200);
    },
  );
  app.get('/api/v1/artifacts/:sha256', async (context) => {
    const bytes = await fleet.artifacts.get(context.req.param('sha256'));
    return context.body(new Uint8Array(bytes), 200, { 'content-type': 'application/octet-stream' });
  });
}

function bytesOf(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    throw new HttpError('body_malformed', 'model: not base64', { field: 'model', expected: 'the ONNX file as base64' });
  }
}
