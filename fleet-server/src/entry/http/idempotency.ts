import { createHash } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import type { Fleet } from '../fleet.ts';
import { claimKey, freeKey, keepAnswer, type KeptAnswer } from '../kept-answers/index.ts';
import { HttpError, type Variables } from './edge.ts';

const HEADER = 'idempotency-key';
const MAX_KEPT_CHARACTERS = 1024 * 1024;
/** Answers with something in them that is shown once. */
const SECRET_PATHS =
  /^\/api\/v1\/(tokens|tokens\/batch|operators|users|users\/[^/]+\/reset|api-tokens|setup\/codes|session.*|webhooks.*|pipelines|pipelines\/[^/]+\/secret|devices\/[^/]+\/(replace|move))$/;

/**
 * Of a POST with an `idempotency-key`: it is done once, and told again it is answered as it was, for 24 h. Faults of
 * ours and refusals that pass free the key. Behind the guard: a key is of whoever asks.
 * @throws HttpError `idempotency_key_malformed`, `idempotency_key_reused`, `idempotency_key_unsettled`, `idempotency_answer_secret`
 */
export function answerOnce(fleet: Fleet, now: () => number): MiddlewareHandler<{ Variables: Variables }> {
  return async (context, next) => {
    const key = context.req.header(HEADER);
    const actor = context.get('actor') as string | undefined;
    if (context.req.method !== 'POST' || key === undefined || actor === undefined) return next();
    if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw refused('idempotency_key_malformed', '1 to 255 visible characters');
    const of = { actor, key };
    const claim = await claimKey(fleet.database, of, await digestOf(context), now());
    if (claim.state === 'reused') throw refused('idempotency_key_reused', 'a new key for a new request');
    if (claim.state === 'unsettled') {
      throw refused('idempotency_key_unsettled', 'to look first: the request is under way, or was cut off');
    }
    if (claim.state === 'answered') return again(claim.answer);
    await next();
    const answer = await answerOf(context);
    if (answer === undefined) await freeKey(fleet.database, of);
    else await keepAnswer(fleet.database, of, answer);
  };
}

async function digestOf(context: Context): Promise<string> {
  const { pathname, search } = new URL(context.req.url);
  return createHash('sha256')
    .update(`${pathname}${search}\n`)
    .update(Buffer.from(await context.req.arrayBuffer()))
    .digest('hex');
}

/** What is kept; nothing of what may turn out otherwise when it is asked again, and of what is no document. */
async function answerOf({ res, req }: Context): Promise<KeptAnswer | undefined> {
  const mediaType = res.headers.get('content-type') ?? '';
  if (res.status >= 500 || res.status === 429 || !/\bjson\b/.test(mediaType)) return undefined;
  const text = await res.clone().text();
  const isShownOnce = res.status === 200 && (SECRET_PATHS.test(req.path) || text.length > MAX_KEPT_CHARACTERS);
  return { status: res.status, mediaType, body: isShownOnce ? null : text };
}

function again({ status, mediaType, body }: KeptAnswer): Response {
  if (body === null) throw refused('idempotency_answer_secret', 'to know: it was done, and its answer is not kept');
  return new Response(body, { status, headers: { 'content-type': mediaType, 'idempotency-replayed': 'true' } });
}

function refused(
  code:
    | 'idempotency_key_malformed'
    | 'idempotency_key_reused'
    | 'idempotency_key_unsettled'
    | 'idempotency_answer_secret',
  expected: string,
): HttpError {
  const kind = code === 'idempotency_key_malformed' ? 'invalid' : 'conflict';
  return new HttpError(code, `${HEADER}: expected ${expected}`, { kind, field: HEADER, expected });
}
