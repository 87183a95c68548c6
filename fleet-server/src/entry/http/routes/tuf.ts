import type { Context } from 'hono';
import { versionsOfArchive } from '../../../supply/models/index.ts';
import { metadataBySha256, metadataByVersion, newestMetadata } from '../../../supply/repository/index.ts';
import type { Fleet } from '../../fleet.ts';
import { HttpError, type App } from '../edge.ts';

const NAME = '[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?';
const METADATA = new RegExp(`^/tuf/metadata/([1-9]\\d{0,14})\\.(root|snapshot|targets|line-${NAME})\\.json$`);
const MODEL = new RegExp(`^/tuf/targets/models/(${NAME})/(0|[1-9]\\d{0,14})/([0-9a-f]{64})\\.(${NAME})\\.plb$`);
const FLEET = /^\/tuf\/targets\/trust\/([0-9a-f]{64})\.fleet\.json$/;

const FOR_EVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

/**
 * The image repository for stock TUF clients, with consistent snapshots (TUF 6.2): anybody may read what is signed.
 * A path is matched as it came, undecoded; what is not of one of these forms is not looked for.
 */
export function addTuf(app: App, fleet: Fleet): void {
  const { db } = fleet.database;

  app.get('/tuf/metadata/*', async (context) => {
    const path = pathOf(context);
    if (path === '/tuf/metadata/timestamp.json') {
      const newest = await newestMetadata(db, 'timestamp');
      return newest === undefined ? notFound(path) : send(context, newest.bytes, 'application/json', ASK_AGAIN);
    }
    const [, version, role] = METADATA.exec(path) ?? [];
    const found = role === undefined ? undefined : await metadataByVersion(db, role, Number(version));
    return found === undefined ? notFound(path) : send(context, found.bytes, 'application/json', FOR_EVER);
  });

  app.get('/tuf/targets/*', async (context) => {
    const path = pathOf(context);
    const fleetSha256 = FLEET.exec(path)?.[1];
    if (fleetSha256 !== undefined) {
      const found = await metadataBySha256(db, fleetSha256);
      return found?.role === 'fleet' ? send(context, found.bytes, 'application/json', FOR_EVER) : notFound(path);
    }
    const [, line, , sha256, variant] = MODEL.exec(path) ?? [];
    if (sha256 === undefined) return notFound(path);
    // The counter stands in the signed path; the bytes are the same under a release and under its return ticket.
    const held = await versionsOfArchive(db, sha256);
    if (!held.some((one) => one.line === line && one.variant === variant)) return notFound(path);
    return send(context, await fleet.artifacts.get(sha256), 'application/octet-stream', FOR_EVER);
  });
}

function pathOf(context: Context): string {
  return new URL(context.req.url).pathname;
}

function send(context: Context, bytes: Uint8Array, type: string, caching: string): Response {
  return context.body(new Uint8Array(bytes), 200, {
    'content-type': type,
    'content-length': String(bytes.length),
    'cache-control': caching,
    'x-content-type-options': 'nosniff',
  });
}

function notFound(path: string): never {
  throw new HttpError('no_such_route', `no ${path.slice(0, 200)} in the repository`, {
    kind: 'not-found',
    field: 'path',
    expected: 'metadata/<version>.<role>.json, metadata/timestamp.json or a target with its hash before its name',
  });
}
