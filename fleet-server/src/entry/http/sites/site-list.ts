import { createRoute, z } from '@hono/zod-openapi';
import { sitePageView } from '@plumbline/shared/api/sites';
import { stateCounts } from '../../../sites/devices/index.ts';
import { SITE_STATES, sitePage } from '../../../sites/register/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { paging } from '../routes/paging.ts';
import { replies } from '../routes/reply.ts';

const MOST_NAMED = 200;
const word = z.string().min(1).max(256).optional();
const siteQuery = z.strictObject({
  search: word.describe('Part of the name, the region, the zone or the note, in any case.'),
  state: z.enum(SITE_STATES).optional(),
  region: word,
  among: z
    .string()
    .max(16_384)
    .transform((text) => text.split(','))
    .refine((names) => names.length <= MOST_NAMED, `expected at most ${MOST_NAMED} names`)
    .optional()
    .describe(`Of these alone: at most ${MOST_NAMED} names with commas between them.`),
  ...paging,
});

/** Sites page by page, each with how many devices it has. */
export function addSiteList(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/sites',
      request: { query: siteQuery },
      responses: replies('a page by name, and how many the filter finds', sitePageView),
    }),
    async (context) => {
      const { limit, cursor, ...filter } = context.req.valid('query');
      const found = await sitePage(db, { ...filter, sites: context.get('reach') }, { limit, cursor });
      const counted = await devicesAt(
        db,
        found.sites.map(({ id }) => id),
      );
      return context.json({ ...found, sites: found.sites.map((one) => ({ ...one, devices: counted(one.id) })) }, 200);
    },
  );
}

/** How many devices each of these sites has. */
async function devicesAt(db: Fleet['database']['db'], sites: readonly string[]) {
  const counts = new Map((await stateCounts(db, sites)).map((one) => [one.site, one.states]));
  return (at: string) => {
    const states = counts.get(at);
    if (states === undefined) return { online: 0, total: 0, shutOut: 0 };
    const { revoked, quarantined, online, failing } = states;
    const all = Object.values(states).reduce((sum, each) => sum + each, 0);
    return { online: online + failing, total: all - revoked - quarantined, shutOut: revoked + quarantined };
  };
}
