import { createRoute, z } from '@hono/zod-openapi';
import { jsonSchemaView } from '@plumbline/shared/api/delivery';
import { jsonSchemaOf } from '../../../delivery/declared/index.ts';
import { publishedSchemas } from '../../published-schemas.ts';
import type { App } from '../edge.ts';
import { replies } from '../routes/reply.ts';

/** JSON Schemas of what people write in files, for editors and other programs. */
export function addSchemas(app: App): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/schemas',
      responses: replies('which there are', z.object({ schemas: z.array(z.string()) })),
    }),
    (context) => context.json({ schemas: Object.keys(publishedSchemas()).map((kind) => `${kind}.json`) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/schemas/{file}',
      request: { params: z.object({ file: z.string() }) },
      responses: replies('JSON Schema, draft 2020-12', jsonSchemaView),
    }),
    (context) => {
      const kind = context.req.valid('param').file.replace(/\.json$/, '');
      return context.json(jsonSchemaOf(kind, publishedSchemas()), 200);
    },
  );
}
