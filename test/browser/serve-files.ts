import { listenWeb } from '../../fleet-server/src/entry/listeners/index.ts';

export interface ServedFiles extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`: a browser takes it for a secure context. */
  url: string;
  port: number;
}

export interface ServingOptions {
  headers?: Record<string, string>;
  port?: number;
  take?: (request: Request) => Promise<Response>;
}

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  wasm: 'application/wasm',
};

/**
 * Serves files by name; `index.html` at the root.
 * @param more headers of every answer, such as a content security policy; `port` to come back at the same origin;
 *   `take` answers what a page posts
 */
export async function serveFiles(
  files: ReadonlyMap<string, string | Uint8Array>,
  more: ServingOptions = {},
): Promise<ServedFiles> {
  const answer = async (request: Request) => {
    if (request.method === 'POST' && more.take !== undefined) return more.take(request);
    const name = new URL(request.url).pathname.slice(1) || 'index.html';
    const file = files.get(name);
    if (file === undefined) return new Response(null, { status: 404 });
    const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    const body = typeof file === 'string' ? file : Uint8Array.from(file);
    return new Response(body, { headers: { 'content-type': type, ...more.headers } });
  };
  const web = await listenWeb(answer, { host: '127.0.0.1', port: more.port ?? 0 });
  return {
    url: web.url,
    port: web.port,
    async [Symbol.asyncDispose]() {
      // A browser keeps connections open that it may want later.
      const closed = web.close();
      web.server.closeAllConnections();
      await closed;
    },
  };
}
