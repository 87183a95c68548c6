import { createRoute, z } from '@hono/zod-openapi';
import { siteActivityPageView } from '@plumbline/shared/api/sites';
import { activityPage } from '../../../sites/activities/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { paging } from '../routes/paging.ts';
import { replies } from '../routes/reply.ts';

/** Every activity is read with all that was ever said of it. */
const MAX_ACTIVITIES = 100;
const DEFAULT_ACTIVITIES = 25;

const query = z.object({
  q: z
    .string()
    .max(256)
    .optional()
    .describe('Words in its name, in a note, in what holds it up, or in the name of who said something of it.'),
  only: z
    .enum(['said', 'contradicted'])
    .optional()
    .describe(
      '`said`: somebody on site has said something of it; `contradicted`: people said different things of its progress or outcome without knowing of each other.',
    ),
  limit: z.coerce.number().int().min(1).max(MAX_ACTIVITIES).default(DEFAULT_ACTIVITIES).describe('Rows of a page.'),
  cursor: paging.cursor,
});

/** What people on site say of each activity: the log, folded. */
export function addSiteActivities(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/sites/{site}/activities',
      request: { params: z.object({ site: z.string() }), query },
      responses: replies('a page, of what was said last first', siteActivityPageView),
    }),
    async (context) => {
      const { limit, cursor, ...search } = context.req.valid('query');
      const { site } = context.req.valid('param');
      return context.json(await activityPage(fleet.database.db, site, search, { limit, cursor }), 200);
    },
  );
}
