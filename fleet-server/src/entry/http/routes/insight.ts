import { createRoute, z } from '@hono/zod-openapi';
import {
  driftVerdictView,
  telemetryCountsView,
  telemetryRowView,
  telemetryStreamView,
} from '@plumbline/shared/api/insight';
import { auditPageView } from '@plumbline/shared/api/platform';
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
import { paging } from './paging.ts';
import { replies } from './reply.ts';

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

const word = z.string().min(1).max(256).optional();
const auditQuery = z.strictObject({
  actor: word.describe('`user:<id>`, `device:<id>`, `system`.'),
  action: word.describe('One verb, `rollouts.pause`, or all of a room, `rollouts.`.'),
  subject: word.describe('As `kind:<id>`.'),
  from: z.coerce.number().int().nonnegative().optional().describe('ms since epoch, UTC.'),
  to: z.coerce.number().int().nonnegative().optional().describe('ms since epoch, UTC.'),
  verify: z.stringbool().default(true).describe('Whether the first page also says if the chain holds.'),
  limit: paging.limit.default(100),
  cursor: paging.cursor,
});

/** What the fleet said: counts, rows, drift, and the audit trail. */
export function addInsight(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/telemetry/counts',
      responses: replies('rows by kind', telemetryCountsView),
    }),
    async (context) => context.json(await countTelemetry(db), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/telemetry/streams',
      responses: replies('all streams', z.object({ streams: z.array(telemetryStreamView) })),
    }),
    async (context) => context.json({ streams: await listStreams(db) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/telemetry/export',
      description:
        `Rows after the cursor that pass every filter, in order of stream and seq. With \`accept: ${NDJSON}\` all of ` +
        'them as a stream, one row a line, and `limit` has no say; an answer that breaks off was not the whole.',
      request: { query: exportQuery },
      responses: replies(
        'a page',
        z.object({
          rows: z.array(telemetryRowView),
          next: z.object({ stream: z.string(), seq: z.number() }).nullable(),
        }),
      ),
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
      responses: replies('verdicts, oldest first', z.object({ verdicts: z.array(driftVerdictView) })),
    }),
    async (context) => context.json({ verdicts: await listVerdicts(db, context.req.valid('param').line) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/audit',
      request: { query: auditQuery },
      responses: replies('a page, newest first, and whether the chain holds', auditPageView),
    }),
    async (context) => {
      const { verify, ...query } = context.req.valid('query');
      const { rows, next = null } = await listAudit(db, query);
      // Every row is read for it: once for a list, not for each of its pages.
      const chain = verify && query.cursor === undefined ? { chain: await verifyChain(db) } : {};
      return context.json({ rows, next, ...chain }, 200);
    },
  );
}

/** A kept row with its body as the device sent it. */
function shown(row: KeptRow) {
  return { ...row, body: JSON.parse(row.body) as unknown };
}

async function* linesOf(pages: AsyncIterable<KeptRow[]>): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder();
  for await (const page of pages) {
    yield encoder.encode(page.map((row) => `${JSON.stringify(shown(row))}\n`).join(''));
  }
}
