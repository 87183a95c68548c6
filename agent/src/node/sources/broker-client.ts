import { readFileSync, statSync } from 'node:fs';
import type { IClientOptions, MqttClient } from 'mqtt';
import { messageOf } from '@plumbline/shared/errors';
import { z } from 'zod';
import { NodeAgentError } from '../errors.ts';
import type { MqttSourceSettings } from './settings.ts';

const CONNECT_TIMEOUT_MS = 20_000;
const KEEPALIVE_S = 30;
const credentials = z.strictObject({ username: z.string().min(1), password: z.string() });

/** How to get into the broker, read from files at the start. */
export type BrokerAccess = Pick<IClientOptions, 'username' | 'password' | 'ca'>;

/** @throws NodeAgentError `config_invalid` naming `sourceCredentials` or `sourceCa` */
export function readAccess({ credentialsFile, caFile }: MqttSourceSettings): BrokerAccess {
  const expected = 'a file only this user may read (chmod 600): {"username": "…", "password": "…"}';
  return {
    ...(credentialsFile !== undefined &&
      attempt('sourceCredentials', credentialsFile, expected, (path) => {
        if ((statSync(path).mode & 0o077) !== 0) throw new Error('others may read it');
        // What stands in it must not come back in an error.
        const parsed = credentials.safeParse(jsonOf(readFileSync(path, 'utf8')));
        if (!parsed.success) throw new Error('not that');
        return parsed.data;
      })),
    ...(caFile !== undefined && {
      ca: attempt('sourceCa', caFile, 'certificates as PEM', (path) => readFileSync(path, 'utf8')),
    }),
  };
}

/** Runs for each message; the broker hears that it arrived when this resolves, and the connection ends when it rejects. */
export type TakeMessage = (topic: string, payload: Buffer) => Promise<void>;

/**
 * One connection of mqtt.js, without its own reconnecting.
 * @throws NodeAgentError `source_refused`; Error when nothing was reached
 */
export async function connectBroker(url: string, own: IClientOptions, take?: TakeMessage): Promise<MqttClient> {
  const { connect } = await import('mqtt');
  const client = connect(url, {
    ...own,
    protocolVersion: 4,
    reconnectPeriod: 0,
    resubscribe: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    keepalive: KEEPALIVE_S,
    rejectUnauthorized: true,
  });
  // A broker may send what it kept for us together with its first answer, so this stands before that.
  if (take !== undefined) {
    client.handleMessage = (packet, done) => {
      const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload;
      take(packet.topic, payload).then(
        () => done(),
        // Without the end of the connection it would be delivered again only after the next one.
        () => client.end(true),
      );
    };
  }
  await connected(client, url);
  return client;
}

function connected(client: MqttClient, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause?: unknown) => {
      // Errors of a client that was given up must not reach the process.
      client.removeAllListeners().on('error', () => undefined);
      client.end(true);
      const isRefusal = cause instanceof Error && 'code' in cause && typeof cause.code === 'number';
      const why = `${url}: ${cause === undefined ? 'closed before it answered' : messageOf(cause)}`;
      reject(isRefusal ? new NodeAgentError('source_refused', why, { kind: 'refused', cause }) : new Error(why));
    };
    const closed = () => fail();
    client.once('error', fail).once('close', closed);
    client.once('connect', () => {
      client.off('error', fail).off('close', closed);
      resolve();
    });
  });
}

function attempt<T>(field: string, path: string, expected: string, read: (path: string) => T): T {
  try {
    return read(path);
  } catch (cause) {
    throw new NodeAgentError('config_invalid', `${field}: ${path}: ${messageOf(cause)}`, { field, expected, cause });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
