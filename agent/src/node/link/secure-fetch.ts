import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { LinkTrust } from '../../ports/index.ts';
import { dial } from './dial.ts';
import type { ProxySettings } from './proxy.ts';
import { deadline, openSecureSocket } from './secure-socket.ts';
import { checkSecureUrl, isEncrypted, targetOf } from './secure-url.ts';
import type { Pin, TrustedTime } from './verify-server.ts';

export interface SecureFetchOptions {
  pin: Pin;
  time: () => TrustedTime;
  proxy?: ProxySettings | undefined;
  /** Allows http:// on loopback. */
  development?: boolean;
  /** Until the server is reached and verified. */
  connectTimeoutMs?: number;
}

export interface SecureFetch {
  /** One request a connection; a redirection is an answer like another. @throws LinkError; NodeAgentError `insecure_url` */
  fetch: typeof fetch;
  /** The authority that vouched for the server, as PEM; undefined before the first answer. */
  caPem(): string | undefined;
}

const WITHOUT_BODY = new Set([204, 205, 304]);

/** HTTP over the same verified socket as MQTT: for enrolment, where only the hash of the authority is known, and renewal. */
export function createSecureFetch(options: SecureFetchOptions): SecureFetch {
  const { pin, time, proxy, development = false, connectTimeoutMs = 20_000 } = options;
  let caPem: string | undefined;

  const open = async (url: URL, signal: AbortSignal): Promise<Socket> => {
    if (!isEncrypted(url)) return dial(targetOf(url), undefined, signal);
    const verified = await openSecureSocket(targetOf(url), { pin, time: time(), proxy, signal });
    caPem = verified.caPem;
    return verified.socket;
  };

  return {
    caPem: () => caPem,
    async fetch(input, init) {
      const asked = new Request(input, init);
      const url = checkSecureUrl(asked.url, ['https:', 'http:'], development);
      const body = Buffer.from(await asked.arrayBuffer());
      const socket = await open(url, deadline(connectTimeoutMs, asked.signal));
      const sent = request({
        method: asked.method,
        host: url.hostname,
        path: url.pathname + url.search,
        headers: { ...Object.fromEntries(asked.headers), host: url.host, 'content-length': body.length },
        createConnection: () => socket,
        signal: asked.signal,
      });
      sent.on('error', () => socket.destroy());
      sent.end(body);
      const [answer] = (await once(sent, 'response')) as [IncomingMessage];
      return responseOf(answer);
    },
  };
}

/** The same for an enrolled device, whose authorities and signed time change while it runs. */
export function secureFetchBy(
  options: Pick<SecureFetchOptions, 'proxy' | 'development' | 'connectTimeoutMs'> & { now?: () => number },
): (trust: () => LinkTrust) => typeof fetch {
  const { now = Date.now, ...rest } = options;
  return (trust) => (input, init) => {
    const { cas, timeFloor } = trust();
    return createSecureFetch({ ...rest, pin: { cas }, time: () => ({ clock: now(), floor: timeFloor }) }).fetch(
      input,
      init,
    );
  };
}

function responseOf(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 500;
  const headers = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value): [string, string] => [name, value]),
  );
  if (WITHOUT_BODY.has(status)) {
    answer.resume();
    return new Response(null, { status, headers });
  }
  return new Response(Readable.toWeb(answer) as ReadableStream<Uint8Array>, { status, headers });
}
