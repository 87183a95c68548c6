import { createRoute, z } from '@hono/zod-openapi';
import { lineageView, modelHistoryView, shownCardView, versionComparisonView } from '@plumbline/shared/api/learning';
import { deprecation, modelAliasView } from '@plumbline/shared/api/supply';
import { compareVersions, lineageOf, modelHistory, showCard } from '../../../learning/experiments/index.ts';
import {
  deprecateModel,
  listAliases,
  moveAlias,
  reinstateModel,
  removeAlias,
  resolveVersion,
} from '../../../supply/models/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from '../routes/reply.ts';

const name = z.string().min(1).max(128);
const ofLine = { params: z.object({ line: name }) };
/** A version, or an alias of one. */
const ofVersion = { params: z.object({ line: name, version: name }) };
const ofAlias = { params: z.object({ line: name, alias: name }) };

/** The registry of models: names for versions, versions out of use, what a version is made of, what ran when. */
export function addRegistry(app: App, fleet: Fleet): void {
  addAliases(app, fleet);
  addVersions(app, fleet);
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/lines/{line}/history',
      request: {
        ...ofLine,
        query: z.strictObject({ at: z.coerce.number().int().nonnegative().optional(), site: name.optional() }),
      },
      responses: replies('which version was in force then, and on which devices', modelHistoryView),
    }),
    async (context) => {
      const { at = fleet.now(), site } = context.req.valid('query');
      const { line } = context.req.valid('param');
      return context.json(await modelHistory(db, { line, at, site }), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/lines/{line}/comparison',
      request: { ...ofLine, query: z.strictObject({ a: name, b: name }) },
      responses: replies('two versions side by side', versionComparisonView),
    }),
    async (context) => {
      const { line } = context.req.valid('param');
      const { a, b } = context.req.valid('query');
      const versions = [await resolveVersion(db, line, a), await resolveVersion(db, line, b)] as const;
      return context.json(await compareVersions(db, line, ...versions), 200);
    },
  );
}

function addAliases(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/lines/{line}/aliases',
      request: ofLine,
      responses: replies('by name', z.object({ aliases: z.array(modelAliasView) })),
    }),
    async (context) => context.json({ aliases: await listAliases(db, context.req.valid('param').line) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'put',
      path: '/api/v1/lines/{line}/aliases/{alias}',
      request: { ...ofAlias, ...jsonBody(z.strictObject({ version: name, expected: name.nullable().optional() })) },
      responses: replies('as it points now', modelAliasView),
    }),
    async (context) => {
      const { line, alias } = context.req.valid('param');
      const { version: asked, expected } = context.req.valid('json');
      const version = await resolveVersion(db, line, asked);
      const order = { line, name: alias, version, ...(expected === undefined ? {} : { expected }) };
      return context.json(await moveAlias(fleet, context.get('actor'), order), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/api/v1/lines/{line}/aliases/{alias}',
      request: { ...ofAlias, query: z.strictObject({ expected: name.optional() }) },
      responses: replies('gone', z.object({ line: z.string(), name: z.string() })),
    }),
    async (context) => {
      const { line, alias } = context.req.valid('param');
      const { expected } = context.req.valid('query');
      const order = { line, name: alias, ...(expected === undefined ? {} : { expected }) };
      await removeAlias(fleet, context.get('actor'), order);
      return context.json({ line, name: alias }, 200);
    },
  );
}

function addVersions(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/models/{line}/{version}/deprecate',
      request: { ...ofVersion, ...jsonBody(z.strictObject({ reason: z.string(), replacedBy: name.optional() })) },
      responses: replies('nothing new begins with it', deprecation.extend({ line: z.string(), version: z.string() })),
    }),
    async (context) => {
      const { line, version: asked } = context.req.valid('param');
      const { reason, replacedBy } = context.req.valid('json');
      const version = await resolveVersion(db, line, asked);
      const instead = replacedBy === undefined ? {} : { replacedBy: await resolveVersion(db, line, replacedBy) };
      const done = await deprecateModel(fleet, context.get('actor'), { line, version, reason, ...instead });
      return context.json({ line, version, ...done }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/models/{line}/{version}/reinstate',
      request: ofVersion,
      responses: replies('it may be used again', z.object({ line: z.string(), version: z.string() })),
    }),
    async (context) => {
      const { line, version } = context.req.valid('param');
      await reinstateModel(fleet, context.get('actor'), { line, version });
      return context.json({ line, version }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/models/{line}/{version}/card',
      request: ofVersion,
      responses: replies('its card, as JSON and as Markdown', shownCardView),
    }),
    async (context) => {
      const { line, version } = context.req.valid('param');
      return context.json(await showCard(db, line, await resolveVersion(db, line, version)), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/models/{line}/{version}/lineage',
      request: ofVersion,
      responses: replies('where it comes from and where it went: nodes and edges', lineageView),
    }),
    async (context) => {
      const { line, version } = context.req.valid('param');
      return context.json(await lineageOf(db, line, await resolveVersion(db, line, version)), 200);
    },
  );
}
