import { load } from './fill.ts';

interface Build {
  /** Cache of this build. */
  own: string;
  scope: string;
  /** Its files, as `fill.ts` takes them. */
  files: Readonly<Record<string, string>>;
}

/** Names by content: builds before this one had some that it has not. */
const ASSETS = 'assets/';
/** Longer no host is asked for a file: while one is, no other version of the app can begin. */
const ASK_MS = 60_000;

/**
 * What the app answers itself: its own files, and its one page for every address below it. Everything else, above all
 * what the server and gateways say, goes to the network without passing here and is never kept: a browser lets no new
 * version begin while the one before still waits for an answer.
 */
export function answerFrom(request: Request, build: Build): Promise<Response> | undefined {
  if (request.method !== 'GET' || !request.url.startsWith(build.scope)) return undefined;
  if (request.mode === 'navigate') return stored(build, new URL('index.html', build.scope).href, request);
  const path = pathOf(request.url, build.scope);
  return path in build.files || path.startsWith(ASSETS) ? stored(build, request.url, request) : undefined;
}

function pathOf(url: string, scope: string): string {
  return url.slice(scope.length).split(/[?#]/)[0] ?? '';
}

async function stored({ own, scope, files }: Build, url: string, request: Request): Promise<Response> {
  const cache = await caches.open(own);
  const found = await cache.match(url, { ignoreVary: true, ignoreSearch: true });
  if (found !== undefined) return found;
  // Of the build before, for a tab that still runs it.
  const older = await caches.match(url, { ignoreVary: true });
  if (older !== undefined) return older;
  const path = pathOf(url, scope);
  const integrity = files[path];
  // A file of this build that the browser has lost comes back, if its host still has that very file.
  const again = integrity === undefined ? undefined : await load(url, integrity).catch(() => undefined);
  if (again === undefined) return fetch(request, { signal: AbortSignal.timeout(ASK_MS) });
  await cache.put(new URL(path, scope).href, again.clone()).catch(() => undefined);
  return again;
}
