import type { Hono } from 'hono';
import { z } from 'zod';
import type { Agent } from '../../index.ts';
import { NodeAgentError } from '../errors.ts';

const PAGE = 500;
const COMING_AGAIN_S = 10;

export const siteLogQuery = z.object({ from: z.string().max(64).optional() });

/**
 * What a gateway has for the other devices of its site. `GET /v1/bundles/SHA256`: the archive with this hash, 202 while it
 * is being fetched. `GET /v1/site-log?from=MARK`: a page of the log of the site.
 */
export function addNearby(app: Hono, { agent }: { agent: Agent }): void {
  app.get('/v1/bundles/:sha256', async (context) => {
    const sha256 = context.req.param('sha256');
    const held = await agent.bundle(sha256);
    if (held === 'coming') return context.json({ status: 'coming' }, 202, { 'retry-after': String(COMING_AGAIN_S) });
    if (held === undefined) {
      throw new NodeAgentError('bundle_unknown', `${sha256}: no bundle with this hash lies here`, {
        kind: 'not-found',
        field: 'sha256',
        expected: 'the hash of the archive of a model that this gateway has installed',
      });
    }
    const headers = { 'content-type': 'application/octet-stream', etag: `"${sha256}"` };
    return context.body(new Uint8Array(held.archive), 200, headers);
  });
  app.get('/v1/site-log', (context) => {
    const { from } = siteLogQuery.parse(context.req.query());
    return context.json(agent.siteLog(from, PAGE));
  });
}
