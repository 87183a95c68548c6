import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createWebSocketStream, WebSocket } from 'ws';
import { messageOf } from '@plumbline/shared/errors';
import { LinkError } from '../../ports/index.ts';
import { dial } from './dial.ts';
import { openSecureSocket, type SecureOptions } from './secure-socket.ts';
import { checkSecureUrl, isEncrypted, targetOf } from './secure-url.ts';

export interface EndpointOptions extends SecureOptions {
  /** Allows plain addresses on loopback. */
  development: boolean;
}

const SCHEMES = ['mqtts:', 'wss:', 'mqtt:', 'ws:'];
const MAX_MESSAGE_BYTES = 512 * 1024;

/**
 * A stream on which MQTT can be spoken: TLS, or a WebSocket over it.
 * @param url `mqtts://host:8883`, `wss://host:8443/mqtt`; in development `mqtt://` and `ws://` on loopback
 * @throws LinkError; NodeAgentError `insecure_url`
 */
export async function openEndpoint(url: string, options: EndpointOptions): Promise<Duplex> {
  const parsed = checkSecureUrl(url, SCHEMES, options.development);
  const target = targetOf(parsed);
  const socket = isEncrypted(parsed)
    ? (await openSecureSocket(target, options)).socket
    : await dial(target, undefined, options.signal);
  return parsed.protocol.startsWith('ws') ? upgrade(parsed, socket, options.signal) : socket;
}

/** The socket is secure already, so the WebSocket on it is a plain one. */
async function upgrade(url: URL, socket: Socket, signal: AbortSignal): Promise<Duplex> {
  const plain = new URL(url.pathname + url.search, `ws://${url.host}`);
  const webSocket = new WebSocket(plain, ['mqtt'], {
    createConnection: () => socket,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  webSocket.on('error', () => undefined);
  try {
    await once(webSocket, 'open', { signal });
    const stream = createWebSocketStream(webSocket);
    // A WebSocket that the server closed cannot be half open; the stream would wait for our end for ever.
    stream.once('end', () => stream.destroy());
    return stream;
  } catch (cause) {
    webSocket.terminate();
    socket.destroy();
    const why = signal.aborted ? messageOf(signal.reason) : messageOf(cause);
    throw new LinkError('link_unreachable', `${url.href}: no WebSocket there (${why})`, { kind: 'unavailable', cause });
  }
}
