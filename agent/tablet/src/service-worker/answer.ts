interface Build {
  /** Cache of this build. */
  own: string;
  scope: string;
}

/**
 * What the app answers itself: its own files, and its one page for every address below it. Everything else, above all
 * what the server and gateways say, goes to the network and is never kept.
 */
export function answerFrom(request: Request, { own, scope }: Build): Promise<Response> | undefined {
  if (request.method !== 'GET' || !request.url.startsWith(scope)) return undefined;
  if (request.mode === 'navigate') return stored(own, new URL('index.html', scope).href, request);
  return stored(own, request.url, request);
}

async function stored(own: string, url: string, request: Request): Promise<Response> {
  const cache = await caches.open(own);
  const found = await cache.match(url, { ignoreVary: true, ignoreSearch: true });
  // Of the build before, for a tab that still runs it.
  return found ?? (await caches.match(url, { ignoreVary: true })) ?? fetch(request);
}
