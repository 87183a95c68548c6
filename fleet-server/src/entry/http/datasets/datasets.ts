import { createRoute, z } from '@hono/zod-openapi';
import {
  datasetDiffView,
  datasetExampleView,
  datasetHeadView,
  datasetView,
  qualityReportView,
  registeredConcatView,
  registeredDatasetView,
  registeredFilterView,
  registeredFleetView,
  registeredSplitView,
} from '@plumbline/shared/api/learning';
import { datasetBody } from '@plumbline/shared/api';
import {
  datasetHistory,
  datasetNames,
  datasetPage,
  describeDataset,
  diffDatasets,
  EXPORT_FORMATS,
  exportDataset,
  findDataset,
  loadDataset,
  lookOverApart,
  registerConcat,
  registerFilter,
  registerFleetDataset,
  registerSentDataset,
  registerSplit,
  SPLIT_WAYS,
} from '../../../learning/datasets/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { paging } from '../routes/paging.ts';
import { jsonBody, refusals, replies } from '../routes/reply.ts';
import { addTables } from './tables.ts';

const PAGE = 100;
const MAX_PAGE = 1000;
const FORMATS = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
  roles: 'application/yaml',
} as const;

const text = z.string().min(1).max(256);
const one = z.object({ name: text, version: text });
const reference = ({ name, version }: z.infer<typeof one>) => `${name}@${version}`;

/** Datasets: versions with lineage and quality, their rows, and what is made from them. */
export function addDatasets(app: App, fleet: Fleet): void {
  addWriting(app, fleet);
  addTables(app, fleet);
  addReading(app, fleet);
  addRows(app, fleet);
}

function addWriting(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/datasets',
      request: jsonBody(datasetBody),
      responses: replies('registered, or already known', registeredDatasetView),
    }),
    async (context) => {
      const registered = await registerSentDataset(fleet, context.get('actor'), context.req.valid('json'));
      return context.json(registered, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/datasets/from-fleet',
      request: jsonBody(z.strictObject({ base: text, line: text, asOf: z.number().int().exactOptional() })),
      responses: replies('what sites recorded, added to the base as a new version', registeredFleetView),
    }),
    async (context) =>
      context.json(await registerFleetDataset(fleet, context.get('actor'), context.req.valid('json')), 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/datasets/concat',
      request: jsonBody(z.strictObject({ datasets: z.array(text).min(2), name: text })),
      responses: replies('the rows of all of them as a new dataset', registeredConcatView),
    }),
    async (context) => context.json(await registerConcat(fleet, context.get('actor'), context.req.valid('json')), 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/datasets/{name}/{version}/filter',
      request: { params: one, ...jsonBody(z.strictObject({ where: z.string().min(1), name: text })) },
      responses: replies('the rows for which a condition holds as a new dataset', registeredFilterView),
    }),
    async (context) => {
      const order = { dataset: reference(context.req.valid('param')), ...context.req.valid('json') };
      return context.json(await registerFilter(fleet, context.get('actor'), order), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/datasets/{name}/{version}/split',
      request: {
        params: one,
        ...jsonBody(
          z.strictObject({
            by: z.enum(SPLIT_WAYS),
            share: z.number(),
            seed: z.number().int().nonnegative().exactOptional(),
          }),
        ),
      },
      responses: replies('two new versions', registeredSplitView),
    }),
    async (context) => {
      const options = context.req.valid('json');
      const split = await registerSplit(fleet, context.get('actor'), reference(context.req.valid('param')), options);
      return context.json(split, 200);
    },
  );
}

function addReading(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/datasets',
      request: { query: z.strictObject({ name: text.optional().describe('Of this name alone.'), ...paging }) },
      responses: replies(
        'a page of versions, newest first, and every name there is',
        z.object({ datasets: z.array(datasetHeadView), next: z.string().nullable(), names: z.array(z.string()) }),
      ),
    }),
    async (context) => {
      const { limit, cursor, ...filter } = context.req.valid('query');
      const page = await datasetPage(db, filter, { limit, cursor });
      return context.json({ ...page, names: await datasetNames(db) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/datasets/{name}',
      request: { params: z.object({ name: text }) },
      responses: replies('the versions of a name, oldest first', z.object({ versions: z.array(datasetHeadView) })),
    }),
    async (context) => context.json({ versions: await datasetHistory(db, context.req.valid('param').name) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/datasets/{name}/{version}',
      request: { params: one },
      responses: replies('one version', datasetView),
    }),
    async (context) => {
      const { quality: _quality, ...shown } = await describeDataset(db, await found(context.req.valid('param')));
      return context.json(shown, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/datasets/{name}/{version}/quality',
      request: { params: one },
      responses: replies('the quality report', qualityReportView),
    }),
    async (context) => {
      const at = context.req.valid('param');
      const { quality } = await describeDataset(db, await found(at));
      // Versions from before there was a report get theirs now.
      return context.json(quality ?? (await lookOverApart(await loadDataset(fleet, reference(at)))).quality, 200);
    },
  );
  const found = (at: z.infer<typeof one>) => findDataset(fleet.database, reference(at));
}

function addRows(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/datasets/{name}/{version}/diff',
      request: { params: one, query: z.object({ to: text }) },
      responses: replies('what is different in the other version', datasetDiffView),
    }),
    async (context) => {
      const from = await loadDataset(fleet, reference(context.req.valid('param')));
      return context.json(diffDatasets(from, await loadDataset(fleet, context.req.valid('query').to)), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/datasets/{name}/{version}/rows',
      request: {
        params: one,
        query: z.object({
          offset: z.coerce.number().int().nonnegative().default(0),
          limit: z.coerce.number().int().positive().max(MAX_PAGE).default(PAGE),
        }),
      },
      responses: replies(
        'a page of rows',
        z.object({ rows: z.array(datasetExampleView), total: z.number(), next: z.number().nullable() }),
      ),
    }),
    async (context) => {
      const { offset, limit } = context.req.valid('query');
      const { examples } = await loadDataset(fleet, reference(context.req.valid('param')));
      const next = offset + limit < examples.length ? offset + limit : null;
      const rows = examples.slice(offset, offset + limit);
      return context.json({ rows, total: examples.length, next }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/datasets/{name}/{version}/export',
      description: 'All rows as a file; `roles` is the file that belongs beside it when it is read again.',
      request: { params: one, query: z.object({ format: z.enum(EXPORT_FORMATS).default('csv') }) },
      responses: {
        200: {
          description: 'the file',
          content: Object.fromEntries(Object.values(FORMATS).map((type) => [type, { schema: z.string() }])),
        },
        ...refusals,
      },
    }),
    async (context) => {
      const { format } = context.req.valid('query');
      const dataset = await loadDataset(fleet, reference(context.req.valid('param')));
      const bytes = await exportDataset(dataset, format);
      return new Response(new Uint8Array(bytes), { headers: { 'content-type': FORMATS[format] } }) as never;
    },
  );
}
