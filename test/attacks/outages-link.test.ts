import { createSeededRandom } from '@plumbline/shared/testing';
import { decodeMessage, encodeFrame, telemetryAck, telemetryBatch, type PredictionRow } from '@plumbline/shared/wire';
import { describe, expect, it } from 'vitest';
import { createChannel } from '../../agent/src/link/channel.ts';
import { createOutbox } from '../../agent/src/link/outbox/index.ts';
import { createUplink } from '../../agent/src/link/uplink.ts';
import { createMqttLink } from '../../agent/src/node/link/mqtt-link.ts';
import { createNodeClock } from '../../agent/src/node/platform/node-clock.ts';
import type { Connection } from '../../agent/src/ports/index.ts';
import { createMemoryStore } from '../../agent/src/testing/memory-store.ts';
import { createAedesBroker, type AedesBroker } from '../../fleet-server/src/platform/adapters/index.ts';
import { devicePolicy } from '../contracts/device-policy.ts';

const local = { host: '127.0.0.1', port: 0 };
/** More than the 65,535 numbers that MQTT has for packets. */
const COUNT = 70_000;

async function connected(
  onMessage: (topic: string, payload: Uint8Array) => void,
): Promise<{ broker: AedesBroker; connection: Connection }> {
  const broker = await createAedesBroker({ tcp: local, webSocket: local, policy: devicePolicy });
  const connection = await createMqttLink({ development: true }).connect({
    endpoints: [`mqtt://127.0.0.1:${broker.ports().tcp}`],
    trust: { cas: [], timeFloor: 0 },
    clientId: 'd1',
    username: 'd1',
    password: 'secret',
    will: { topic: 'f/s1/d1/up/status', payload: new Uint8Array() },
    onMessage,
    onClose: () => undefined,
  });
  return { broker, connection };
}

describe('row 32: 70,000 queued messages', () => {
  it('all arrive once over one connection, with the numbers of packets used up on the way', async () => {
    const { broker, connection } = await connected(() => undefined);
    const heard = new Map<number, number>();
    const { promise: allHeard, resolve } = Promise.withResolvers<void>();
    broker.onMessage(({ topic, payload }) => {
      if (topic !== 'f/s1/d1/up/tel') return;
      const n = new DataView(payload.buffer, payload.byteOffset).getUint32(0);
      heard.set(n, (heard.get(n) ?? 0) + 1);
      if (heard.size === COUNT) resolve();
    });
    const send = (n: number) => {
      const payload = new Uint8Array(4);
      new DataView(payload.buffer).setUint32(0, n);
      return connection.publish('f/s1/d1/up/tel', payload);
    };
    for (let from = 0; from < COUNT; from += 1000) {
      await Promise.all(Array.from({ length: Math.min(1000, COUNT - from) }, (_, i) => send(from + i)));
    }
    await allHeard;
    expect(heard.size).toBe(COUNT);
    expect([...heard.values()].filter((times) => times !== 1)).toEqual([]);
    await connection.close();
    await broker.close();
  });

  it('made offline leave the outbox over the real link, in order, once each', async () => {
    const clock = createNodeClock();
    const outbox = await createOutbox({ store: createMemoryStore(), clock, random: createSeededRandom(1) });
    for (let from = 0; from < COUNT; from += 5000) {
      await outbox.write({ rows: Array.from({ length: 5000 }, (_, i) => prediction(from + i + 1)) });
    }
    const channel = createChannel({ site: 's1', device: 'd1' });
    const uplink = createUplink({ clock, outbox, channel });
    const { broker, connection } = await connected(
      (_topic, payload) => void uplink.acknowledged(decodeMessage(telemetryAck, payload)),
    );
    await connection.subscribe('f/s1/d1/dn/+');
    const taken: number[] = [];
    let bytes = 0;
    broker.onMessage(({ topic, payload }) => {
      if (topic !== 'f/s1/d1/up/tel') return;
      const { stream, rows } = decodeMessage(telemetryBatch, payload);
      bytes += payload.length;
      taken.push(...rows.map(([seq]) => seq));
      const ack = { stream, upTo: taken.at(-1) ?? 0, rejected: [] };
      void broker.publish('f/s1/d1/dn/ack', encodeFrame(ack), { retain: false });
    });
    channel.open(connection);
    await uplink.restart();
    await expect.poll(() => outbox.counts().predictions.waiting, { timeout: 30_000 }).toBe(0);
    expect(taken).toEqual(Array.from({ length: COUNT }, (_, i) => i + 1));
    console.log(`${COUNT} predictions left in ${bytes} bytes, ${(bytes / COUNT).toFixed(1)} a row`);
    channel.close();
    uplink.stop();
    await connection.close();
    await broker.close();
  });
});

function prediction(n: number): PredictionRow {
  const made = { line: 'delay', version: '1.0.0', sha256: 'ab'.repeat(32), score: Math.sin(n) ** 2 };
  return {
    kind: 'prediction',
    at: n * 1000,
    activity: `A-${n % 500}`,
    asOf: n * 1000,
    label: n % 2 ? 'late' : 'on time',
    ...made,
  };
}
