import { connect } from 'node:net';
import { SERVER_FILTER, downTopic, parseTopic } from '@plumbline/shared/wire';
import { connectPacket, createReader, PINGREQ, pubackPacket, publishPacket, subscribePacket } from './packets.ts';
import { nameOf } from './script.ts';

export interface BarePlan {
  port: number;
  agents: number;
  desiredBytes: number;
}

/** Where a server would be: it tells everybody, and answers every question with as many bytes as it asks for. */
process.once('message', ({ port, agents, desiredBytes }: BarePlan) => {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  let id = 0;
  const publish = (topic: string, payload: Uint8Array, retain: boolean) => {
    id = (id % 65_535) + 1;
    socket.write(publishPacket(topic, payload, id, retain));
  };
  setInterval(() => socket.write(PINGREQ), 25_000).unref();
  socket.on(
    'data',
    createReader((packet) => {
      if (packet.type === 'connack') socket.write(subscribePacket(SERVER_FILTER, 1));
      else if (packet.type === 'suback') process.send?.('ready');
      if (packet.type !== 'publish') return;
      if (packet.id !== undefined) socket.write(pubackPacket(packet.id));
      const topic = parseTopic(packet.topic);
      const answerBytes = packet.payload.readUInt32BE(0);
      if (topic?.direction !== 'up' || answerBytes === 0) return;
      const channel = topic.channel === 'tel' ? 'ack' : topic.channel === 'site' ? 'site' : 'blk';
      publish(downTopic(topic.site, topic.device, channel), Buffer.alloc(answerBytes), false);
    }),
  );
  socket.write(connectPacket({ clientId: 'server' }));
  process.on('message', (message) => {
    if (message !== 'again') return process.exit();
    const payload = Buffer.alloc(desiredBytes);
    for (let number = 0; number < agents; number += 1) {
      const { site, device } = nameOf(number);
      publish(downTopic(site, device, 'desired'), payload, true);
    }
  });
});
process.on('disconnect', () => process.exit());
