import { createRoute, z } from '@hono/zod-openapi';
import { publicKey } from '@plumbline/shared/trust';
import {
  AccessError,
  giveUpApproverKey,
  keepApproverKey,
  listApproverKeys,
  reachOf,
  type ApproverKey,
  type Principal,
} from '../../../platform/access/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from '../routes/reply.ts';

const path = '/api/v1/approver-keys';
const SIGNATURE = /^[0-9a-f]{2,160}$/;

const shownKey = z.object({
  keyId: z.string(),
  user: z.string(),
  label: z.string(),
  publicKey,
  createdAt: z.number(),
  /** Null: in use. */
  removedAt: z.number().nullable(),
}) satisfies z.ZodType<ApproverKey>;

/** Whose which approver's key is; its private half is in a browser, and never here. */
export function addApproverKeys(app: App, { database }: Fleet): void {
  app.openapi(
    createRoute({
      method: 'get',
      path,
      responses: replies('of everybody, those that were given up among them', z.object({ keys: z.array(shownKey) })),
    }),
    async (context) => context.json({ keys: await listApproverKeys(database.db) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path,
      description: 'Puts a key down as one’s own. Which lines it stands for, the offline keys say.',
      request: jsonBody(
        z.strictObject({
          label: z.string().trim().min(1).max(64),
          publicKey,
          /** By the key over `plumbline approver key v1`, the user and the key id, a line each. */
          proof: z.string().regex(SIGNATURE, 'expected a signature in hex, as TUF metadata carries it'),
        }),
      ),
      responses: replies('kept', shownKey),
    }),
    async (context) => {
      const key = { ...context.req.valid('json'), user: userOf(context.get('principal')) };
      return context.json(await database.transaction((tx) => keepApproverKey(tx, key)), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'delete',
      path: `${path}/{keyId}`,
      request: { params: z.object({ keyId: z.string() }) },
      responses: replies('given up; the offline keys have to revoke it as well', z.object({ keyId: z.string() })),
    }),
    async (context) => {
      const { keyId } = context.req.valid('param');
      const principal = context.get('principal');
      const isAdmin = reachOf(principal, 'access:admin') === 'all';
      const gone = { keyId, user: isAdmin ? undefined : userOf(principal) };
      await database.transaction((tx) => giveUpApproverKey(tx, context.get('actor'), gone));
      return context.json({ keyId }, 200);
    },
  );
}

/** @throws AccessError `approver_key_without_user` for the owner of the state folder and for operators */
function userOf({ actor, by }: Principal): string {
  if (by === 'session' || by === 'token') return actor.replace(/^user:/, '');
  throw new AccessError('approver_key_without_user', `${actor} is no user`, {
    kind: 'conflict',
    field: 'authorization',
    expected: 'the session of a user',
  });
}
