import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createMqttLink } from '../../agent/src/node/link/mqtt-link.ts';
import { createAedesBroker } from '../../fleet-server/src/platform/adapters/index.ts';
import { devicePolicy } from '../contracts/device-policy.ts';
import { eventually } from '../harness/index.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Code that hands a message to a broker or to a client of one. */
const SPEAKS_MQTT = [
  'agent/src/link',
  'agent/src/node/link',
  'agent/src/browser/link',
  'fleet-server/src/platform/adapters',
];
const HANDS_OVER = /\bclient\.(publish|publishAsync|subscribe|subscribeAsync)\(|cmd: 'publish'/g;
/** How far the words of one call reach. */
const CALL_LENGTH = 160;

const numbered = (n: number, sizeBytes: number) => {
  const bytes = Buffer.alloc(sizeBytes);
  bytes.writeUInt32BE(n);
  return bytes;
};

/**
 * A broker keeps no order between messages of different quality, so a newer desired state could be overtaken by an older
 * one (ATTACKS row 46). All messages have one quality.
 */
describe('the quality of service of what the server and the gateway send', () => {
  const sources = SPEAKS_MQTT.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => ({ name: `${folder}/${name}`, text: readFileSync(join(ROOT, folder, name), 'utf8') })),
  );
  const calls = sources.flatMap(({ name, text }) =>
    [...text.matchAll(HANDS_OVER)].map(({ index }) => `${name}: ${text.slice(index, index + CALL_LENGTH)}`),
  );

  it('is 1 wherever a message is handed over or asked for', () => {
    expect(calls.length).toBeGreaterThanOrEqual(6);
    expect(calls.filter((call) => !call.includes('qos: 1'))).toEqual([]);
  });

  it('is never another number', () => {
    const others = sources.flatMap(({ name, text }) =>
      [...text.matchAll(/qos: ([02-9])/g)].map(([found]) => `${name}: ${found}`),
    );
    expect(others).toEqual([]);
  });

  it('brings down every desired state in the order it was given, among acknowledgements and blocks', async () => {
    await using world = new AsyncDisposableStack();
    const broker = await createAedesBroker({ tcp: { host: '127.0.0.1', port: 0 }, policy: devicePolicy });
    world.defer(() => broker.close());
    const heard: string[] = [];
    const connection = await createMqttLink({ development: true }).connect({
      endpoints: [`mqtt://127.0.0.1:${broker.ports().tcp}`],
      trust: { cas: [], timeFloor: 0 },
      clientId: 'd1',
      username: 'd1',
      password: 'secret',
      will: { topic: 'f/s1/d1/up/status', payload: new Uint8Array() },
      onMessage: (topic, payload) => heard.push(`${topic.split('/').at(-1)} ${Buffer.from(payload).readUInt32BE()}`),
      onClose: () => undefined,
    });
    world.defer(() => connection.close());
    await connection.subscribe('f/s1/d1/dn/+');
    const STATES = 300;
    const sent = Array.from({ length: STATES }, (_, n) => [
      broker.publish('f/s1/d1/dn/desired', numbered(n, 3000), { retain: true }),
      broker.publish('f/s1/d1/dn/ack', numbered(n, 40), { retain: false }),
      broker.publish('f/s1/d1/dn/blk', numbered(n, 60_000), { retain: false }),
    ]);
    await Promise.all(sent.flat());
    await eventually('all have come', () => heard.length >= 3 * STATES);
    expect(heard.filter((one) => one.startsWith('desired'))).toEqual(
      Array.from({ length: STATES }, (_, n) => `desired ${n}`),
    );
  });
});
