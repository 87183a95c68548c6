import { bytesOf, remainingLength, type Sequence } from './sequences.ts';
import { openWire } from './wire.ts';

const PING = Uint8Array.of(0xc0, 0);
const PONG = 'd000';
const ACCEPTED = '20020000';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Plays one sequence against a broker; resolves with what was different, or undefined. */
export async function play(sequence: Sequence, port: number, clientId: string): Promise<string | undefined> {
  using wire = await openWire(port);
  const expect = async (expected: string, what: string) => {
    const got = hex(await wire.read(expected.length / 2));
    return got === expected ? undefined : `${what}: expected ${expected}, got ${got || 'nothing'}`;
  };

  if (sequence.connects) {
    wire.send(connectPacket(sequence.version, clientId));
    const difference = await expect(ACCEPTED, 'CONNACK');
    if (difference !== undefined) return difference;
  }
  for (const [index, { kind, payload }] of sequence.steps.entries()) {
    if (kind === 'unknown') return `step ${index + 1}: this kind of step is not known here`;
    const bytes = bytesOf(payload);
    if (kind === 'send') wire.send(bytes);
    else {
      const difference = await expect(hex(bytes), `step ${index + 1}`);
      if (difference !== undefined) return difference;
    }
  }
  // A broker that still listens answers this, and nothing else comes before the answer.
  wire.send(PING);
  if (!sequence.endsClosed) return await expect(PONG, 'end, still connected');
  return (await wire.closed()) ? undefined : `end: expected a close, got ${hex(await wire.read(64)) || 'nothing'}`;
}

/** A CONNECT with a clean session, sixty seconds and nothing else. */
export function connectPacket(version: 3 | 4, clientId: string): Uint8Array {
  const body = Buffer.concat([text(version === 3 ? 'MQIsdp' : 'MQTT'), Buffer.of(version, 2, 0, 60), text(clientId)]);
  return Buffer.concat([Buffer.of(0x10), remainingLength(body.length), body]);
}

function text(value: string): Buffer {
  return Buffer.concat([Buffer.of(value.length >> 8, value.length & 255), Buffer.from(value)]);
}
