import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { LinkError, type LinkErrorCode } from '../../ports/index.ts';
import { dial } from '../link/dial.ts';
import { shakeHands } from '../link/handshake.ts';
import { certificateOf, deadline } from '../link/secure-socket.ts';
import { checkSecureUrl, isEncrypted, targetOf } from '../link/secure-url.ts';
import { verifyServer } from '../link/verify-server.ts';
import { failedBy, ok, type Step } from './step.ts';
import type { Subject, Surroundings } from './subject.ts';

export interface EndpointFinding {
  step: Step;
  /** What the server's clock says, ms; where a web server answers there. */
  serverTime: number | undefined;
}

/** A server that fails these has shown that it is ours; its time is evidence against our clock, and used for nothing else. */
const ABOUT_TIME: ReadonlySet<LinkErrorCode> = new Set(['certificate_expired', 'clock_suspect']);

/** Name, port, proxy, TLS, issuer, server name and dates of one address: the code of the step says which one fails. */
export async function checkEndpoint(
  url: string,
  { trust, key }: Pick<Subject, 'trust' | 'key'>,
  { proxy, development, now, timeoutMs }: Surroundings,
): Promise<EndpointFinding> {
  let socket: Socket | undefined;
  try {
    const parsed = checkSecureUrl(url, ['mqtts:', 'wss:', 'https:', 'mqtt:', 'ws:', 'http:'], development);
    const target = targetOf(parsed);
    const signal = deadline(timeoutMs);
    const isWeb = !parsed.protocol.startsWith('mqtt');
    if (!isEncrypted(parsed)) {
      socket = await dial(target, undefined, signal);
      return { step: ok(url, 'answers, in plain text'), serverTime: isWeb ? await dateOf(socket, signal) : undefined };
    }
    const { certificate } = trust;
    const client = certificate !== undefined && key ? { certificate, key } : undefined;
    const secure = await shakeHands(await dial(target, proxy, signal), target, client, signal);
    socket = secure;
    const refusal = refusalOf(() =>
      verifyServer(
        certificateOf(secure, target),
        target.host,
        { cas: trust.cas },
        { clock: now(), floor: trust.timeFloor },
      ),
    );
    const mayAsk = isWeb && (refusal === undefined || ABOUT_TIME.has(refusal.code));
    const serverTime = mayAsk ? await dateOf(secure, signal) : undefined;
    if (refusal !== undefined) return { step: failedBy(url, refusal), serverTime };
    return { step: ok(url, 'answers, and is a server of our authority'), serverTime };
  } catch (error) {
    return { step: failedBy(url, error), serverTime: undefined };
  } finally {
    socket?.destroy();
  }
}

function refusalOf(verify: () => unknown): LinkError | undefined {
  try {
    verify();
    return undefined;
  } catch (error) {
    if (error instanceof LinkError) return error;
    throw error;
  }
}

/** Any answer of a web server carries its time (RFC 9110 §6.6.1). */
async function dateOf(socket: Socket, signal: AbortSignal): Promise<number | undefined> {
  const asked = request({ method: 'HEAD', path: '/', createConnection: () => socket, signal });
  asked.on('error', () => undefined);
  asked.end();
  try {
    const [{ headers }] = (await once(asked, 'response')) as [IncomingMessage];
    const at = Date.parse(headers.date ?? '');
    return Number.isNaN(at) ? undefined : at;
  } catch {
    return undefined;
  }
}
