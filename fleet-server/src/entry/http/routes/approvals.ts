import { createRoute, z } from '@hono/zod-openapi';
import { fromBase64, toBase64 } from '@plumbline/shared/trust';
import { approveModel, getPending, pendingApprovals } from '../../../supply/models/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from './reply.ts';

const MAX_BYTES = 64 * 1024;
const draft = z.object({
  kind: z.enum(['release', 'renewal']),
  line: z.string(),
  /** What it would release; null for a renewal. */
  version: z.string().nullable(),
  /** Version of the line metadata. */
  document: z.number().int(),
});
const approval = z.strictObject({
  line: z.string().max(64),
  document: z.number().int(),
  actor: z.string().min(1).max(128),
});
/** The whole draft with signatures added, or a signature alone, as a browser key makes it. */
const body = z.union([
  approval.extend({ bytes: z.base64().max(MAX_BYTES) }),
  approval.extend({
    signature: z.strictObject({
      keyid: z.string().regex(/^[0-9a-f]{64}$/, 'expected a key id: 64 lower-case hex digits'),
      sig: z.string().regex(/^[0-9a-f]{2,160}$/, 'expected a signature in hex, as TUF metadata carries it'),
    }),
  }),
]);

/** What waits for a second signature, and the way back for it. The key that signs is never here. */
export function addApprovals(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/approvals',
      responses: replies(
        'drafts, oldest first',
        z.object({ approvals: z.array(draft.extend({ createdAt: z.number(), bytes: z.string() })) }),
      ),
    }),
    async (context) => {
      const approvals = (await pendingApprovals(fleet.database.db)).map((one) => ({
        ...one,
        bytes: toBase64(one.bytes),
      }));
      return context.json({ approvals }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/approvals/{line}/{document}',
      request: { params: z.object({ line: z.string(), document: z.string().regex(/^[1-9]\d{0,14}$/) }) },
      responses: replies(
        'one draft, with the bytes that a signature is made over and who submitted it',
        draft.extend({
          createdAt: z.number(),
          /** Base64: the draft with the builder's signature. */
          bytes: z.string(),
          /** As the audit names them; null for a renewal, or where nobody is named. */
          submittedBy: z.string().nullable(),
        }),
      ),
    }),
    async (context) => {
      const { line, document } = context.req.valid('param');
      const { bytes, ...found } = await getPending(fleet.database.db, line, Number(document));
      return context.json({ ...found, bytes: toBase64(bytes) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/approvals',
      request: jsonBody(body),
      responses: replies('in force', draft),
    }),
    async (context) => {
      const { line, document, actor, ...given } = context.req.valid('json');
      const signature = 'bytes' in given ? { bytes: fromBase64(given.bytes) } : given.signature;
      const { by, actor: person } = context.get('principal');
      // The token of the state folder belongs to a machine: what approves there is the key.
      const isPerson = by !== 'owner';
      const brought = { line, document, signature, person: isPerson ? person : undefined };
      const name = by === 'session' || by === 'token' ? person : `approver:${actor}`;
      return context.json(await approveModel(fleet, name, brought), 200);
    },
  );
}
