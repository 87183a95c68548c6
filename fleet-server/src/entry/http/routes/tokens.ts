import { createRoute, z } from '@hono/zod-openapi';
import { madeTokenView, pendingEnrolmentView } from '@plumbline/shared/api/sites';
import { approveEnrolment, createToken, listPending } from '../../../sites/devices/index.ts';
import { enrolList } from '../../../sites/register/index.ts';
import type { Fleet } from '../../fleet.ts';
import { tokenDeps } from '../../token-deps.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from './reply.ts';

const HOUR_MS = 3_600_000;
const MAX_BATCH = 5000;

const tags = z.array(z.string().max(64)).max(32).default([]);
const terms = {
  hours: z.number().positive().max(720).default(24),
  approval: z.enum(['policy', 'required']).default('policy'),
};
const names = { site: z.string(), device: z.string(), tags, profile: z.string().max(64).optional() };

/** One-time codes for devices to be, and the person who lets them in. */
export function addTokens(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/tokens',
      request: jsonBody(z.strictObject({ ...names, ...terms })),
      responses: replies('a one-time enrolment code', madeTokenView),
    }),
    async (context) => {
      const { hours, ...token } = context.req.valid('json');
      const made = await createToken(await tokenDeps(fleet), context.get('actor'), {
        ...token,
        lifetimeMs: hours * HOUR_MS,
      });
      return context.json(made, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/tokens/batch',
      request: jsonBody(
        z.strictObject({
          tokens: z
            .array(
              z.strictObject({
                ...names,
                line: z.number().int().positive().optional(),
                zone: z.string().max(64).optional(),
                region: z.string().max(64).optional(),
              }),
            )
            .min(1)
            .max(MAX_BATCH),
          ...terms,
        }),
      ),
      responses: replies(
        'a code for each, and the sites that are new in the register; or nothing',
        z.object({ tokens: z.array(madeTokenView), sites: z.array(z.string()) }),
      ),
    }),
    async (context) => {
      const { tokens, hours, approval } = context.req.valid('json');
      const inputs = tokens.map((token) => ({ ...token, approval, lifetimeMs: hours * HOUR_MS }));
      const { tokens: made, sites } = await enrolList(await tokenDeps(fleet), context.get('actor'), inputs);
      return context.json({ tokens: made, sites }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/enrolments',
      responses: replies('devices that have asked and wait', z.object({ pending: z.array(pendingEnrolmentView) })),
    }),
    async (context) => context.json({ pending: await listPending(fleet.database.db) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/enrolments/{device}/approve',
      request: {
        params: z.object({ device: z.string() }),
        ...jsonBody(z.strictObject({ fingerprint: z.string().min(20).max(64) })),
      },
      responses: replies('let in', z.object({ site: z.string(), device: z.string() })),
    }),
    async (context) => {
      const { device } = context.req.valid('param');
      const { fingerprint } = context.req.valid('json');
      return context.json(await approveEnrolment(fleet, context.get('actor'), { device, fingerprint }), 200);
    },
  );
}
