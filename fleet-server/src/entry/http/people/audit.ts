import { createRoute, z } from '@hono/zod-openapi';
import { auditChainBreak, auditHeadView } from '@plumbline/shared/api/platform';
import { chainHead, pagesOf, readHead, signHead, verifyChain } from '../../../platform/audit/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { document, jsonBody, refusals, replies } from '../routes/reply.ts';

/** A year of one an hour. */
const MOST_HEADS = 10_000;
const NDJSON = 'application/x-ndjson';

/** The audit, to be kept elsewhere, and held against what was kept. */
export function addAuditTrail(app: App, fleet: Fleet, now: () => number): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/audit/head',
      responses: replies('the newest link, signed by the server', auditHeadView),
    }),
    async (context) => context.json(signHead(await chainHead(db), now(), fleet.auditKey), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/audit/export',
      description: 'Every row as it is kept, oldest first, one a line; `details` is the text that was hashed.',
      responses: {
        200: { description: 'all rows', content: { [NDJSON]: { schema: z.string() } } },
        ...refusals,
      },
    }),
    async () => new Response(ReadableStream.from(lines(db)), { headers: { 'content-type': NDJSON } }) as never,
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/audit/verify',
      request: jsonBody(
        z.strictObject({ head: document.optional(), heads: z.array(document).max(MOST_HEADS).optional() }),
      ),
      responses: replies('the first row that does not hold, or null', z.object({ broken: auditChainBreak.nullable() })),
    }),
    async (context) => {
      const { head, heads = [] } = context.req.valid('json');
      const { publicKey } = signHead({ id: 0, hash: '' }, 0, fleet.auditKey);
      const known = [...(head === undefined ? [] : [head]), ...heads].map((one) => readHead(one, publicKey));
      const broken = await verifyChain(db, known);
      return context.json({ broken }, 200);
    },
  );
}

async function* lines(db: Parameters<typeof pagesOf>[0]): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  for await (const page of pagesOf(db)) yield encoder.encode(page.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
