import { createRoute, z } from '@hono/zod-openapi';
import { eventPattern, problem } from '@plumbline/shared/api';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { withinSites } from './within-sites.ts';

const query = z.strictObject({
  types: z
    .string()
    .default('*')
    .transform((text) => text.split(',').map((pattern) => pattern.trim()))
    .pipe(z.array(eventPattern).min(1).max(50)),
  /** As the header, for programs that cannot set one; 0 is from the beginning of what is kept. */
  after: z.string().max(40).optional(),
});

/** What happens, as it happens. */
export function addEvents(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/events',
      description:
        'Server-sent events without an end. `id` is the number of the event, `event` its type, `data` the body that ' +
        'webhooks carry. With `Last-Event-ID` it goes on after that event without loss; where events are not kept any ' +
        'more, an event `gone` {after, from} says which range is missing. A comment comes every 15 s. Whoever has a role on some ' +
        'sites hears of these, of rollouts that stay there, of models and of the brake.',
      request: { query, headers: z.object({ 'last-event-id': z.string().max(40).optional() }) },
      responses: {
        200: { description: 'events', content: { 'text/event-stream': { schema: z.string() } } },
        default: { description: 'refused', content: { 'application/problem+json': { schema: problem } } },
      },
    }),
    async (context) => {
      const { types, after } = context.req.valid('query');
      const last = context.req.valid('header')['last-event-id'] ?? after;
      const reach = context.get('reach');
      const isHeard = reach === 'all' ? undefined : withinSites(fleet, reach);
      const stream = await fleet.events.follow({ types, last, isHeard });
      const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
      return new Response(stream, { headers }) as never;
    },
  );
}
