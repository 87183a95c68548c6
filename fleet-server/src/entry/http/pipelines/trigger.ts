import { timingSafeEqual } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { triggeredRunView } from '@plumbline/shared/api/learning';
import { refused, secretOf, triggerRun } from '../../../learning/pipelines/index.ts';
import { recordLimited } from '../../../sites/devices/index.ts';
import { signMessage } from '../../webhooks/index.ts';
import type { Fleet } from '../../fleet.ts';
import { HttpError, type App } from '../edge.ts';
import { limitAttempts } from '../rate-limit.ts';
import { replies } from '../routes/reply.ts';
import { gitCommit, parameterValues } from './order.ts';

const PATH = '/api/v1/pipelines/:name/trigger';
const TOLERANCE_MS = 300_000;
const MAX_CALL_CHARACTERS = 64 * 1024;

const call = z.strictObject({ set: parameterValues, commit: gitCommit.optional() });

/** Calls from outside, which sign by the secret of the pipeline instead of signing in. */
export function addPipelineTriggers(app: App, fleet: Fleet): void {
  app.use(PATH, limitAttempts(PATH, { now: fleet.now, onLimited: (what) => recordLimited(fleet.database, what) }));
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/pipelines/{name}/trigger',
      request: { params: z.object({ name: z.string() }) },
      responses: replies(
        'the run, or why there is none; the same call told again answers the same run',
        triggeredRunView,
      ),
    }),
    async (context) => {
      const { name } = context.req.valid('param');
      const body = await context.req.text();
      const id = context.req.header('webhook-id') ?? '';
      const timestamp = context.req.header('webhook-timestamp') ?? '';
      const signature = context.req.header('webhook-signature') ?? '';
      requireSigned(await secretOf(fleet, name), { id, timestamp, signature, body }, fleet.now());
      const requested = await triggerRun(fleet, name, { id, ...parsed(body) });
      return context.json('run' in requested ? { run: requested.run.id, state: requested.run.state } : requested, 200);
    },
  );
}

interface SignedCall {
  id: string;
  timestamp: string;
  signature: string;
  body: string;
}

/** Source: Standard Webhooks 1.0.0, "Verifying webhook authenticity". @throws PipelineError `pipeline_trigger_refused` */
function requireSigned(secret: string, { id, timestamp, signature, body }: SignedCall, now: number): void {
  const at = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) * 1000 : Number.NaN;
  const isInTime = Math.abs(now - at) <= TOLERANCE_MS;
  if (!isInTime || !/^[\w.-]{1,128}$/.test(id) || body.length > MAX_CALL_CHARACTERS) throw refused();
  const expected = Buffer.from(signMessage(id, at, body, [secret])['webhook-signature']);
  const holds = signature.split(' ').some((one) => {
    const given = Buffer.from(one);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  if (!holds) throw refused();
}

function parsed(body: string): z.infer<typeof call> {
  let value: unknown;
  try {
    value = body.trim() === '' ? {} : JSON.parse(body);
  } catch (cause) {
    throw new HttpError('body_malformed', 'the body is no JSON', { field: 'body', expected: 'JSON', cause });
  }
  const read = call.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const field = issue?.path.join('.') || 'body';
  throw new HttpError('body_malformed', `${field}: ${issue?.message}`, {
    field,
    expected: issue?.message ?? 'the schema',
  });
}
