import { createRoute, z } from '@hono/zod-openapi';
import {
  groupMembersView,
  groupSummaryView,
  groupView,
  selectorPreviewView,
  standingReleaseView,
} from '@plumbline/shared/api/sites';
import { listRollouts } from '../../../delivery/rollouts/index.ts';
import {
  changeMembers,
  clearStandingRelease,
  createGroup,
  getGroup,
  groupsNamedIn,
  listGroups,
  MAX_SELECTOR_LENGTH,
  previewSelector,
  removeGroup,
  setStandingRelease,
  tagDevices,
  updateGroup,
  type Removal,
} from '../../../sites/groups/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { paging } from '../routes/paging.ts';
import { jsonBody, replies } from '../routes/reply.ts';

const MAX_DEVICES = 100_000;
/** Longer than any: the room behind says how long one may be. */
const selector = z.string().max(MAX_SELECTOR_LENGTH * 2);
const devices = z.array(z.string()).max(MAX_DEVICES);
const members = { selector: selector.optional(), devices: devices.optional(), note: z.string().max(2000).optional() };
const expectedRevision = z.number().int().optional();
const byName = { params: z.object({ name: z.string() }) };
const tags = z.array(z.string()).max(64).optional();

/** Groups, whom selectors find, tags, and what newcomers are given. */
export function addGroups(app: App, fleet: Fleet): void {
  addReading(app, fleet);
  addWriting(app, fleet);
  addStandingReleases(app, fleet);
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/devices/tags',
      request: jsonBody(
        z.strictObject({ devices: devices.optional(), selector: selector.optional(), add: tags, remove: tags }),
      ),
      responses: replies('tagged', z.object({ count: z.number(), changed: z.array(z.string()) })),
    }),
    async (context) => context.json(await tagDevices(fleet, context.get('actor'), context.req.valid('json')), 200),
  );
}

function addReading(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/groups',
      description: 'Whole: there are 200 at most (`group_limit`).',
      responses: replies('all groups with their members counted', z.object({ groups: z.array(groupSummaryView) })),
    }),
    async (context) => context.json({ groups: await listGroups(db, fleet.now()) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/groups/{name}',
      request: byName,
      responses: replies('one group with its members counted', groupSummaryView),
    }),
    async (context) => {
      const { devices: _members, ...group } = await getGroup(db, context.req.valid('param').name, fleet.now());
      return context.json(group, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/groups/{name}/devices',
      request: { ...byName, query: z.strictObject(paging) },
      responses: replies('a page of its members, by name', groupMembersView),
    }),
    async (context) => {
      const { limit, cursor = '' } = context.req.valid('query');
      const { devices: all } = await getGroup(db, context.req.valid('param').name, fleet.now());
      const after = all.toSorted().filter((device) => device > cursor);
      const page = after.slice(0, limit);
      return context.json({ devices: page, next: after.length > limit ? (page.at(-1) ?? null) : null }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/selectors/preview',
      request: jsonBody(z.strictObject({ selector, shown: z.number().int().min(0).max(MAX_DEVICES).default(50) })),
      responses: replies('whom it finds now', selectorPreviewView),
    }),
    async (context) => {
      const { selector: text, shown } = context.req.valid('json');
      return context.json(await previewSelector(db, text, fleet.now(), { shown }), 200);
    },
  );
}

function addWriting(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/groups',
      request: jsonBody(z.strictObject({ name: z.string(), ...members })),
      responses: replies('the new group', groupView),
    }),
    async (context) => context.json(await createGroup(fleet, context.get('actor'), context.req.valid('json')), 200),
  );
  app.openapi(
    createRoute({
      method: 'put',
      path: '/api/v1/groups/{name}',
      request: { ...byName, ...jsonBody(z.strictObject({ ...members, expectedRevision })) },
      responses: replies('as it then is', groupView),
    }),
    async (context) => {
      const change = { ...context.req.valid('json'), name: context.req.valid('param').name };
      return context.json(await updateGroup(fleet, context.get('actor'), change), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/groups/{name}/devices',
      request: {
        ...byName,
        ...jsonBody(z.strictObject({ add: devices.default([]), remove: devices.default([]), expectedRevision })),
      },
      responses: replies('as it then is', groupView),
    }),
    async (context) => {
      const change = { ...context.req.valid('json'), group: context.req.valid('param').name };
      return context.json(await changeMembers(fleet, context.get('actor'), change), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/api/v1/groups/{name}',
      request: { ...byName, query: z.object({ expectedRevision: z.coerce.number().int().optional() }) },
      responses: replies('removed', z.object({ group: z.string() })),
    }),
    async (context) => {
      const { name } = context.req.valid('param');
      const removal = { name, expectedRevision: context.req.valid('query').expectedRevision, usedBy: rolloutsNaming };
      await removeGroup(fleet, context.get('actor'), removal);
      return context.json({ group: name }, 200);
    },
  );
}

function addStandingReleases(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'put',
      path: '/api/v1/groups/{name}/standing',
      request: { ...byName, ...jsonBody(z.strictObject({ line: z.string(), version: z.string() })) },
      responses: replies('what its members are given from now on', standingReleaseView),
    }),
    async (context) => {
      const order = { ...context.req.valid('json'), group: context.req.valid('param').name };
      const actor = context.get('actor');
      return context.json(await fleet.database.transaction((tx) => setStandingRelease(tx, actor, order)), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: '/api/v1/groups/{name}/standing/{line}',
      request: { params: z.object({ name: z.string(), line: z.string() }) },
      responses: replies('nothing of the line is given any more', z.object({ group: z.string(), line: z.string() })),
    }),
    async (context) => {
      const { name: group, line } = context.req.valid('param');
      const actor = context.get('actor');
      await fleet.database.transaction((tx) => clearStandingRelease(tx, actor, { group, line }));
      return context.json({ group, line }, 200);
    },
  );
}

/** Rollouts that are under way and name the group, themselves or in a selector. */
const rolloutsNaming: NonNullable<Removal['usedBy']> = async (db, group) => {
  const active = await listRollouts(db, ['awaiting-approval', 'running', 'paused']);
  return active
    .filter(({ plan }) =>
      plan.stages.some(
        (stage) => stage.group === group || (stage.selector && groupsNamedIn(stage.selector).includes(group)),
      ),
    )
    .map(({ id, state }) => `the rollout ${id}, which is ${state.status}`);
};
