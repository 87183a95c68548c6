import { z } from '@hono/zod-openapi';

/** At most so many rows a page. */
export const MAX_PAGE = 500;

/** Every list that can grow takes these; its answer names the cursor of the page that follows as `next`, or null. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(MAX_PAGE).describe('Rows of a page.'),
  cursor: z.string().min(1).max(512).optional().describe('`next` of the page before.'),
};
