import { createRoute, z } from '@hono/zod-openapi';
import { rehearsalMaterialView } from '@plumbline/shared/api/delivery';
import { readMaterial } from '../../../delivery/rehearsal/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { document, jsonBody, replies } from '../routes/reply.ts';

const question = z.union([z.strictObject({ rollout: z.string() }), z.strictObject({ plan: document })]);

/** What a rehearsal needs of this fleet. Playing it is left to whoever asks: the server has devices to serve. */
export function addRehearsals(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/rehearsals/material',
      request: jsonBody(question),
      responses: replies('the plan made whole, the inventory, and the size of the release', rehearsalMaterialView),
    }),
    async (context) => context.json(await readMaterial(fleet.database.db, context.req.valid('json'), fleet.now()), 200),
  );
}
