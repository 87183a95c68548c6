/** As much of MQTT 3.1.1 as a device speaks: small enough for ten thousand of them in one process. */
export type Incoming =
  | { type: 'connack'; code: number }
  | { type: 'publish'; topic: string; payload: Buffer; id: number | undefined }
  | { type: 'puback' | 'suback'; id: number }
  | { type: 'pingresp' };

const text = (value: string | Uint8Array): Buffer => {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const number = (value: number) => Buffer.of(value >> 8, value & 255);

function packet(first: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  for (let left = body.length; ; left >>= 7) {
    length.push((left & 127) | (left > 127 ? 128 : 0));
    if (left <= 127) break;
  }
  return Buffer.concat([Buffer.of(first, ...length), body]);
}

export interface Hello {
  clientId: string;
  username?: string;
  password?: string;
  will?: { topic: string; payload: Uint8Array };
}

/** Clean session, keep-alive a minute; the will is retained, QoS 1. */
export function connectPacket({ clientId, username, password, will }: Hello): Buffer {
  const flags = 2 | (will ? 0b101100 : 0) | (username === undefined ? 0 : 128) | (password === undefined ? 0 : 64);
  return packet(
    0x10,
    text('MQTT'),
    Buffer.of(4, flags, 0, 60),
    text(clientId),
    ...(will ? [text(will.topic), text(will.payload)] : []),
    ...(username === undefined ? [] : [text(username)]),
    ...(password === undefined ? [] : [text(password)]),
  );
}

/** QoS 1. */
export function publishPacket(topic: string, payload: Uint8Array, id: number, retain: boolean): Buffer {
  return packet(retain ? 0x33 : 0x32, text(topic), number(id), payload);
}

export const subscribePacket = (filter: string, id: number) => packet(0x82, number(id), text(filter), Buffer.of(1));
export const pubackPacket = (id: number) => packet(0x40, number(id));
export const PINGREQ = packet(0xc0);

/** Bytes of a QoS 1 message on the wire, without TCP. */
export function publishBytes(topic: string, payloadBytes: number): number {
  const body = 2 + topic.length + 2 + payloadBytes;
  return 1 + (body < 128 ? 1 : body < 16_384 ? 2 : 3) + body;
}

/** Takes what a socket brings, and hands on whole packets. */
export function createReader(onPacket: (packet: Incoming) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      let [length, shift, at] = [0, 0, 1];
      for (; at < rest.length; at += 1) {
        const byte = rest[at] ?? 0;
        length |= (byte & 127) << shift;
        shift += 7;
        if (byte < 128) break;
      }
      const start = at + 1;
      if (at >= rest.length || rest.length < start + length) return;
      const [first, body] = [rest[0] ?? 0, rest.subarray(start, start + length)];
      rest = rest.subarray(start + length);
      const read = parse(first, body);
      if (read !== undefined) onPacket(read);
    }
  };
}

function parse(first: number, body: Buffer): Incoming | undefined {
  switch (first >> 4) {
    case 2:
      return { type: 'connack', code: body[1] ?? 255 };
    case 3: {
      const end = 2 + body.readUInt16BE(0);
      const hasId = (first & 6) !== 0;
      const topic = body.toString('utf8', 2, end);
      const id = hasId ? body.readUInt16BE(end) : undefined;
      return { type: 'publish', topic, payload: body.subarray(end + (hasId ? 2 : 0)), id };
    }
    case 4:
      return { type: 'puback', id: body.readUInt16BE(0) };
    case 9:
      return { type: 'suback', id: body.readUInt16BE(0) };
    case 13:
      return { type: 'pingresp' };
    default:
      return undefined;
  }
}
