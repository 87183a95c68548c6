import { createRoute, z } from '@hono/zod-openapi';
import { fromBase64, toBase64 } from '@plumbline/shared/trust';
import { approveModel, lineDocumentBytes, pendingApprovals, ModelError } from '../../../supply/models/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from './reply.ts';

const approval = z.object({ line: z.string(), document: z.number().int(), bytes: z.base64() });

/** What waits for a second signature, and the way back for it. The key that signs is never here. */
export function addApprovals(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/approvals',
      responses: replies(
        'drafts, oldest first',
        z.object({ approvals: z.array(approval.extend({ version: z.string() })) }),
      ),
    }),
    async (context) => {
      const approvals = [];
      for (const { line, version, document } of await pendingApprovals(fleet.database.db)) {
        const bytes = await lineDocumentBytes(fleet.database.db, line, document);
        if (bytes === undefined)
          throw new ModelError('model_unknown', `no draft ${document} of ${line}`, { kind: 'not-found' });
        approvals.push({ line, version, document, bytes: toBase64(bytes) });
      }
      return context.json({ approvals }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/approvals',
      request: jsonBody(approval.extend({ actor: z.string().min(1).max(128) })),
      responses: replies('released', z.object({ line: z.string(), version: z.string(), counter: z.number() })),
    }),
    async (context) => {
      const { line, document, bytes, actor } = context.req.valid('json');
      const deps = { database: fleet.database, root: fleet.keys.root, now: fleet.now };
      return context.json(
        await approveModel(deps, `approver:${actor}`, { line, document, bytes: fromBase64(bytes) }),
        200,
      );
    },
  );
}
