import { LinkError } from '../../ports/index.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * A WebSocket that is open. Why one does not open a browser tells nobody; what can be found out is whether the server
 * answers at all.
 * @throws LinkError `port_blocked`: no network, no such name, a certificate this browser does not take, or a server that does not know our origin;
 * `link_unreachable`: the server answers, and takes no WebSocket of this page
 */
export async function openSocket(url: string, timeoutMs: number): Promise<WebSocket> {
  const { protocol, hostname, host } = new URL(url);
  if (protocol === 'ws:' && !LOOPBACK.test(hostname)) {
    throw new LinkError('port_blocked', `${url}: plain text stays on this machine`, {
      kind: 'refused',
      field: 'url',
      expected: 'wss://',
    });
  }
  const socket = await tryOpen(url, timeoutMs);
  if (socket !== undefined) return socket;
  const isThere = await answers(`${protocol === 'ws:' ? 'http' : 'https'}://${host}/api/v1/health`, timeoutMs);
  if (isThere) {
    const why = `${url}: the server answers, and opens no WebSocket for ${self.location.origin}`;
    throw new LinkError('link_unreachable', why, { kind: 'unavailable', field: 'url' });
  }
  const why = `${host}: cannot be reached from this browser: no network, no such name, a certificate it does not take, or an origin the server does not know`;
  throw new LinkError('port_blocked', why, { kind: 'unavailable', field: 'host' });
}

async function tryOpen(url: string, timeoutMs: number): Promise<WebSocket | undefined> {
  const socket = new WebSocket(url, ['mqtt']);
  socket.binaryType = 'arraybuffer';
  if (await opens(socket, timeoutMs)) return socket;
  socket.close();
  return undefined;
}

function opens(socket: WebSocket, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeoutMs);
    const settle = (isOpen: boolean) => () => {
      clearTimeout(timer);
      resolve(isOpen);
    };
    socket.addEventListener('open', settle(true), { once: true });
    socket.addEventListener('error', settle(false), { once: true });
    socket.addEventListener('close', settle(false), { once: true });
  });
}

/** The one route of the server that anybody may ask, and pages of tablet origins may hear. */
function answers(url: string, timeoutMs: number): Promise<boolean> {
  const asked = fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(timeoutMs) });
  return asked.then(
    () => true,
    () => false,
  );
}
