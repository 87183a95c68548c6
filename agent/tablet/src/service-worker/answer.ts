import { load } from './fill.ts';

interface Build {
  /** Cache of this build. */
  own: string;
  scope: string;
  /** Its files, as `fill.ts` takes them. */
  files: Readonly<Record<string, string>>;
}

/**
 * What the app answers itself: its own files, and its one page for every address below it. Everything else, above all
 * what the server and gateways say, goes to the network and is never kept.
 */
export function answerFrom(request: Request, build: Build): Promise<Response> | undefined {
  if (request.method !== 'GET' || !request.url.startsWith(build.scope)) return undefined;
  if (request.mode === 'navigate') return stored(build, new URL('index.html', build.scope).href, request);
  return stored(build, request.url, request);
}

async function stored({ own, scope, files }: Build, url: string, request: Request): Promise<Response> {
  const cache = await caches.open(own);
  const found = await cache.match(url, { ignoreVary: true, ignoreSearch: true });
  if (found !== undefined) return found;
  // Of the build before, for a tab that still runs it.
  const older = await caches.match(url, { ignoreVary: true });
  if (older !== undefined) return older;
  const path = url.slice(scope.length).split('?')[0] ?? '';
  const integrity = files[path];
  // A file of this build that the browser has lost comes back, if its host still has that very file.
  const again = integrity === undefined ? undefined : await load(url, integrity).catch(() => undefined);
  if (again === undefined) return fetch(request);
  await cache.put(new URL(path, scope).href, again.clone()).catch(() => undefined);
  return again;
}
