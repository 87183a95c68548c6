import { createConnectToken, toHex } from '@plumbline/shared/trust';
import { downFilter, encodeFrame, upTopic, type DeviceStatus } from '@plumbline/shared/wire';
import type { Connection, Ports } from '../ports/index.ts';
import type { Credentials } from './credentials.ts';

export interface Session {
  connection: Connection;
  /** Same in birth, death and every report of this connection. */
  nonce: string;
  /** Resolves with the reason when the connection ends. */
  closed: Promise<string>;
}

const NONCE_BYTES = 8;
/** About what opening a connection costs a link: TLS 1.3 with certificates on both sides, CONNECT, will and birth. */
export const HANDSHAKE_BYTES = { up: 3000, down: 3000 };

/**
 * One attempt: token, will, connection, subscription, retained birth.
 * @param at `session`: number of this connection, durable before it is opened; `now`: what the token is
 * dated by, ms, because one by a clock of 1970 would be refused
 * @throws LinkError when the broker cannot be reached or says no
 */
export async function connect(
  ports: Pick<Ports, 'clock' | 'random' | 'crypto' | 'link'>,
  credentials: Credentials,
  { session, now }: { session: number; now: number },
  onMessage: (topic: string, payload: Uint8Array) => void,
): Promise<Session> {
  const { clock, crypto } = ports;
  const { site, device } = credentials.identity();
  const nonce = toHex(ports.random.bytes(NONCE_BYTES));
  const key = await crypto.devicePublicKey();
  const password = await createConnectToken({ site, device, key, sign: crypto.signAsDevice }, now, nonce);
  const topic = upTopic(site, device, 'status');
  const at = clock.now();
  const { promise: closed, resolve: onClose } = Promise.withResolvers<string>();
  const connection = await ports.link.connect({
    endpoints: credentials.endpoints(),
    trust: credentials.trust(),
    clientId: device,
    username: `${site}/${device}`,
    password,
    will: { topic, payload: encodeFrame({ status: 'death', nonce, at } satisfies DeviceStatus) },
    onMessage,
    onClose,
  });
  try {
    await connection.subscribe(downFilter(site, device));
    const birth: DeviceStatus = { status: 'birth', nonce, at: clock.now(), session };
    await connection.publish(topic, encodeFrame(birth), { retain: true });
  } catch (error) {
    // A session without its subscription would look alive and hear nothing.
    await connection.close().catch(() => undefined);
    throw error;
  }
  return { connection, nonce, closed };
}

/** Says goodbye and closes: a clean end fires no will, and the retained birth must not outlive it. */
export async function disconnect(
  session: Session,
  identity: { site: string; device: string },
  now: number,
): Promise<void> {
  const death = encodeFrame({ status: 'death', nonce: session.nonce, at: now });
  const topic = upTopic(identity.site, identity.device, 'status');
  await session.connection.publish(topic, death, { retain: true }).catch(() => undefined);
  await session.connection.close().catch(() => undefined);
}
