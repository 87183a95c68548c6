import { createRoute, z } from '@hono/zod-openapi';
import { fromBase64 } from '@plumbline/shared/trust';
import { importDocuments } from '../../../supply/repository/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from './reply.ts';

const documents = z.array(z.base64().max(1024 * 1024)).max(256);

/** What offline keys have signed comes in here, or from the keys folder at a start. */
export function addRepository(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/repository',
      request: jsonBody(
        z.strictObject({
          roots: documents.default([]),
          targets: documents.default([]),
          /** `trust/fleet.json`, in the version that the targets name. */
          fleets: documents.default([]),
        }),
      ),
      responses: replies(
        'what was new; snapshot and timestamp are published over it',
        z.object({ roots: z.array(z.number()), targets: z.number().nullable() }),
      ),
    }),
    async (context) => {
      const { roots, targets, fleets } = context.req.valid('json');
      const imported = await importDocuments(fleet, context.get('actor'), {
        roots: roots.map(fromBase64),
        targets: targets.map(fromBase64),
        fleets: fleets.map(fromBase64),
      });
      return context.json({ roots: imported.roots, targets: imported.targets ?? null }, 200);
    },
  );
}
