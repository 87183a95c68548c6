import { expect, it } from 'vitest';
import { createReader, publishBytes, publishPacket, subscribePacket, type Incoming } from './packets.ts';

it.each([0, 1, 100, 200, 20_000])('a message of %d bytes is read again, in whatever pieces it comes', (sizeBytes) => {
  const [topic, payload] = ['f/site-001/light-00001/up/report', Buffer.alloc(sizeBytes, 7)];
  const sent = publishPacket(topic, payload, 513, true);
  expect(sent.length).toBe(publishBytes(topic, sizeBytes));
  for (const pieceBytes of [1, 7, sent.length]) {
    const read: Incoming[] = [];
    const take = createReader((packet) => read.push(packet));
    const twice = Buffer.concat([sent, sent]);
    for (let from = 0; from < twice.length; from += pieceBytes) take(twice.subarray(from, from + pieceBytes));
    expect(read).toEqual(Array.from({ length: 2 }, () => ({ type: 'publish', topic, payload, id: 513 })));
  }
});

it('a subscription asks for QoS 1', () => {
  expect(subscribePacket('a/+', 3).toString('hex')).toBe('820800030003612f2b01');
});
