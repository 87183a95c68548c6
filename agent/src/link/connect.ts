import { createConnectToken, toHex } from '@plumbline/shared/trust';
import { downFilter, encodeFrame, upTopic } from '@plumbline/shared/wire';
import type { Connection, Ports } from '../ports/index.ts';

export interface Session {
  connection: Connection;
  /** Same in birth, death and every report of this connection. */
  nonce: string;
  /** Resolves with the reason when the connection ends. */
  closed: Promise<string>;
}

const NONCE_BYTES = 8;

/**
 * One attempt: token, will, connection, subscription, retained birth.
 * @throws LinkError when the broker cannot be reached or says no
 */
export async function connect(
  ports: Pick<Ports, 'clock' | 'random' | 'crypto' | 'link'>,
  identity: { site: string; device: string; mqttUrl: string },
  onMessage: (topic: string, payload: Uint8Array) => void,
): Promise<Session> {
  const { clock, crypto } = ports;
  const { site, device } = identity;
  const nonce = toHex(ports.random.bytes(NONCE_BYTES));
  const key = await crypto.devicePublicKey();
  const password = await createConnectToken({ site, device, key, sign: crypto.signAsDevice }, clock.now(), nonce);
  const topic = upTopic(site, device, 'status');
  const status = (of: 'birth' | 'death') => encodeFrame({ status: of, nonce, at: clock.now() });
  const { promise: closed, resolve: onClose } = Promise.withResolvers<string>();
  const connection = await ports.link.connect({
    url: identity.mqttUrl,
    clientId: device,
    username: `${site}/${device}`,
    password,
    will: { topic, payload: status('death') },
    onMessage,
    onClose,
  });
  try {
    await connection.subscribe(downFilter(site, device));
    await connection.publish(topic, status('birth'), { retain: true });
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
