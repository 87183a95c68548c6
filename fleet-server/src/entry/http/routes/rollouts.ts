import { createRoute, z } from '@hono/zod-openapi';
import {
  createdRolloutView,
  penaltyView,
  rolloutDetailsView,
  rolloutProgressView,
  rolloutStatus,
  rolloutView,
  orderedRolloutView,
} from '@plumbline/shared/api/delivery';
import { freezeRecordView, freezeView } from '@plumbline/shared/api/sites';
import {
  approveRollout,
  createRollout,
  decisionPage,
  explainTurns,
  getRollout,
  listMembers,
  listPenalties,
  newestDecisions,
  pauseRollout,
  proceedRollout,
  rejectRollout,
  releasePenalties,
  resumeRollout,
  rolloutPage,
  retryRollout,
  revertRollout,
  startRollout,
  stopRollout,
  type Order,
  type Rollout,
  type RolloutDeps,
} from '../../../delivery/rollouts/index.ts';
import { freezeFleet, liftFreeze, listFreezes } from '../../../sites/devices/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { paging } from './paging.ts';
import { document, jsonBody, replies } from './reply.ts';

const reason = z.string().max(512).default('no reason given');
const order = z.strictObject({
  reason,
  expectedRevision: z.number().int().optional(),
  /** `resume`: whether what stopped it is noted; left out, it is where the gates stopped it. */
  acknowledge: z.boolean().optional(),
  /** `retry`: this one alone. */
  device: z.string().optional(),
});
type Given = Order & { acknowledge?: boolean | undefined; device?: string | undefined };

const ORDERS = {
  start: startRollout,
  approve: approveRollout,
  reject: rejectRollout,
  proceed: proceedRollout,
  pause: pauseRollout,
  resume: resumeRollout,
  stop: stopRollout,
  revert: revertRollout,
  retry: async (deps: RolloutDeps, actor: string, id: string, given: Given) => {
    const { rollout, devices } = await retryRollout(deps, actor, id, given);
    return { ...rollout, retried: devices };
  },
} as const;
const STATUSES = rolloutStatus.options;
const words = Object.keys(ORDERS) as [keyof typeof ORDERS];
const byId = { params: z.object({ id: z.string() }) };

/** Rollouts: a plan is written down, started, watched, and stopped at any time. */
export function addRollouts(app: App, fleet: Fleet): void {
  const deps: RolloutDeps = fleet;
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/rollouts',
      request: jsonBody(document),
      responses: replies('a draft, and what each stage would find today', createdRolloutView),
    }),
    async (context) => context.json(await createRollout(deps, context.get('actor'), context.req.valid('json')), 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/rollouts',
      request: {
        query: z.strictObject({
          state: z.enum(STATUSES).optional(),
          line: z.string().max(128).optional(),
          ...paging,
        }),
      },
      responses: replies(
        'a page, newest first',
        z.object({ rollouts: z.array(rolloutView), next: z.string().nullable() }),
      ),
    }),
    async (context) => {
      const { state: status, line, limit, cursor } = context.req.valid('query');
      return context.json(await rolloutPage(db, { status, line }, { limit, cursor }), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/rollouts/{id}',
      request: byId,
      responses: replies('one rollout, its devices, what they wait for, and its decisions', rolloutDetailsView),
    }),
    async (context) => {
      const rollout = await getRollout(db, context.req.valid('param').id);
      const [members, decisions] = [await listMembers(db, rollout.id), await newestDecisions(db, rollout.id)];
      return context.json({ ...rollout, members, turns: await explainTurns(deps, rollout), ...decisions }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/rollouts/{id}/decisions',
      description: 'To follow a rollout, ask `after` the last that is known; to look back, `before` the first.',
      request: {
        ...byId,
        query: z.strictObject({
          after: z.coerce.number().int().nonnegative().default(0).describe('Id of a decision.'),
          before: z.coerce.number().int().positive().optional().describe('Id of a decision.'),
          limit: paging.limit,
        }),
      },
      responses: replies('its state and the decisions next to one of them', rolloutProgressView),
    }),
    async (context) => {
      const { id, state, revision } = await getRollout(db, context.req.valid('param').id);
      const page = await decisionPage(db, id, context.req.valid('query'));
      return context.json({ id, state, revision, ...page }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/rollouts/{id}/{order}',
      request: { params: z.object({ id: z.string(), order: z.enum(words) }), ...jsonBody(order) },
      responses: replies('as it then is; of `retry` with the devices that try again', orderedRolloutView),
    }),
    async (context) => {
      const { id, order: word } = context.req.valid('param');
      const give: (
        deps: RolloutDeps,
        actor: string,
        id: string,
        given: Given,
      ) => Promise<Rollout & { retried?: string[] }> = ORDERS[word];
      return context.json(await give(deps, context.get('actor'), id, context.req.valid('json')), 200);
    },
  );
  addBrakes(app, fleet);
}

/** The brake over the whole fleet, and the box for devices that fail again and again. */
function addBrakes(app: App, fleet: Fleet): void {
  const body = jsonBody(z.strictObject({ reason: z.string().min(1).max(512) }));
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/freezes',
      responses: replies('every brake there ever was, newest first', z.object({ freezes: z.array(freezeRecordView) })),
    }),
    async (context) => context.json({ freezes: await listFreezes(fleet.database.db) }, 200),
  );
  for (const [path, act] of [
    ['/api/v1/freeze', freezeFleet],
    ['/api/v1/unfreeze', liftFreeze],
  ] as const) {
    app.openapi(
      createRoute({ method: 'post', path, request: body, responses: replies('the brake', freezeView) }),
      async (context) => context.json(await act(fleet, context.get('actor'), context.req.valid('json').reason), 200),
    );
  }
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/penalties',
      responses: replies('devices in the penalty box', z.object({ penalties: z.array(penaltyView) })),
    }),
    async (context) => context.json({ penalties: await listPenalties(fleet.database.db, fleet.now()) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/penalties/release',
      request: jsonBody(z.strictObject({ device: z.string().optional(), reason })),
      responses: replies('devices that were let out', z.object({ released: z.array(z.string()) })),
    }),
    async (context) =>
      context.json({ released: await releasePenalties(fleet, context.get('actor'), context.req.valid('json')) }, 200),
  );
}
