import { createRoute, z } from '@hono/zod-openapi';
import { CLASS_OF, type Row } from '@plumbline/shared/wire';
import { list as listAudit, verifyChain } from '../../../platform/audit/index.ts';
import {
  countTelemetry,
  exportPage,
  exportPages,
  listStreams,
  type KeptRow,
  type RowCursor,
} from '../../../insight/telemetry/index.ts';
import { listVerdicts } from '../../../insight/drift/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { document, plain, replies } from './reply.ts';

/** Rows of a page; also what a streamed export holds in memory. */
const PAGE = 1000;
const MAX_PAGE = 5000;
const KINDS = Object.keys(CLASS_OF) as Row['kind'][];
const NDJSON = 'application/x-ndjson';

const exportQuery = z.strictObject({
  /** Cursor: the last row that the caller has, as `next` of a page names it. */
  stream: z.string().default(''),
  seq: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().positive().max(MAX_PAGE).default(PAGE),
  ref: z.string().optional(),
  site: z.string().optional(),
  device: z.string().optional(),
  kind: z.enum(KINDS).optional(),
  since: z
    .union(
      [z.coerce.number().int().nonnegative(), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))],
      'expected ms since the epoch, or a time such as 2026-03-01T06:00:00Z',
    )
    .optional(),
});

/** What the fleet said: counts, rows, drift, and the audit trail. */
export function addInsight(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({ method: 'get', path: '/api/v1/telemetry/counts', responses: replies('rows by kind', document) }),
    async (context) => context.json(plain(await countTelemetry(db)), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/telemetry/streams',
      responses: replies('all streams', z.object({ streams: z.array(document) })),
    }),
    async (context) => context.json({ streams: (await listStreams(db)).map(plain) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/telemetry/export',
      description:
        `Rows after the cursor that pass every filter, in order of stream and seq. With \`accept: ${NDJSON}\` all of ` +
        'them as a stream, one row a line, and `limit` has no say; an answer that breaks off was not the whole.',
      request: { query: exportQuery },
      responses: replies('a page', z.object({ rows: z.array(document), next: document.nullable() })),
    }),
    async (context) => {
      const { stream, seq, limit, ...filter } = context.req.valid('query');
      const after: RowCursor = { stream, seq };
      if (context.req.header('accept')?.includes(NDJSON) === true) {
        const lines = ReadableStream.from(linesOf(exportPages(db, after, PAGE, filter)));
        // The described answer is the page; this one is named in the description.
        return new Response(lines, { headers: { 'content-type': NDJSON } }) as never;
      }
      const rows = await exportPage(db, after, limit, filter);
      const last = rows.at(-1);
      const next = rows.length < limit || last === undefined ? null : { stream: last.stream, seq: last.seq };
      return context.json({ rows: rows.map(shown), next }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/drift/{line}',
      request: { params: z.object({ line: z.string() }) },
      responses: replies('verdicts, oldest first', z.object({ verdicts: z.array(document) })),
    }),
    async (context) =>
      context.json({ verdicts: (await listVerdicts(db, context.req.valid('param').line)).map(plain) }, 200),
  );
  app.openapi(
    createRoute({ method: 'get', path: '/api/v1/audit', responses: replies('the newest rows', document) }),
    async (context) => context.json(plain({ ...(await listAudit(db)), chain: await verifyChain(db) }), 200),
  );
}

/** A kept row with its body as the device sent it. */
function shown(row: KeptRow) {
  return plain({ ...row, body: JSON.parse(row.body) as unknown });
}

async function* linesOf(pages: AsyncIterable<KeptRow[]>): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  for await (const page of pages) {
    yield encoder.encode(page.map((row) => `${JSON.stringify(shown(row))}\n`).join(''));
  }
}
