import { createRoute, z } from '@hono/zod-openapi';
import { declaredAnswerView } from '@plumbline/shared/api/delivery';
import { applyDeclared, declaredDocument, MAX_DOCUMENTS } from '../../../delivery/declared/index.ts';
import { pipelineKind } from '../../../learning/pipelines/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from '../routes/reply.ts';

const request = z.strictObject({
  documents: z.array(declaredDocument).max(MAX_DOCUMENTS),
  /** Says what would happen, and everything that is wrong, and changes nothing. */
  dryRun: z.boolean().default(false),
});

/** What the fleet shall be, as files say it. */
export function addDocuments(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/declared',
      request: jsonBody(request),
      responses: replies('what changes, and in a trial what is wrong', declaredAnswerView),
    }),
    async (context) => {
      const { documents, dryRun } = context.req.valid('json');
      const options = { dryRun, kinds: [pipelineKind] };
      return context.json(await applyDeclared(fleet, context.get('actor'), documents, options), 200);
    },
  );
}
