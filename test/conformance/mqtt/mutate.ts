import type { Random } from '../../../shared/src/ports/index.ts';
import { bytesOf, remainingLength } from './sequences.ts';

/** Good packets, one of every kind a client sends, in the notation of the sequences. */
export const GOOD_FRAMES: readonly Uint8Array[] = [
  "10 r13 s4 'MQTT' 04 02 k60 s1 'd'",
  "10 r15 s6 'MQIsdp' 03 02 k60 s1 'd'",
  "10 r54 s4 'MQTT' 04 ee k60 s2 'd1' s17 'f/s1/d1/up/status' s4 'dead' s5 's1/d1' s6 'secret'",
  "30 r19 s14 'f/s1/d1/up/tel' 'abc'",
  "32 r21 s14 'f/s1/d1/up/tel' m7 'abc'",
  "33 r21 s17 'f/s1/d1/up/status' m8",
  "34 r21 s14 'f/s1/d1/up/tel' m9 'abc'",
  '40 r2 m1',
  '50 r2 m1',
  '62 r2 m9',
  '70 r2 m1',
  "82 r17 m2 s12 'f/s1/d1/dn/+' 01",
  "82 r37 m3 s15 'f/s1/d1/dn/desi' 00 s14 'f/s1/d1/dn/ack' 02",
  "a2 r16 m4 s12 'f/s1/d1/dn/+'",
  'c0 r0',
  'e0 r0',
].map((payload) => bytesOf(payload));

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const below = (random: Random, limit: number) => Math.floor(random.next() * limit);
const bytesFrom = (random: Random, length: number) => Buffer.from(random.bytes(length));
const pick = <T>(random: Random, from: readonly T[]): T => from[below(random, from.length)] as T;

const MUTATIONS: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const at = below(random, bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << below(random, 8));
    return bytes;
  },
  function setByte(bytes, random) {
    bytes[below(random, bytes.length)] = pick(random, [0, 1, 0x23, 0x24, 0x2b, 0x2f, 0x7f, 0x80, 0xc0, 0xed, 0xff]);
    return bytes;
  },
  function insert(bytes, random) {
    const at = below(random, bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), bytesFrom(random, 1 + below(random, 6)), bytes.subarray(at)]);
  },
  function remove(bytes, random) {
    const at = below(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(random, 3))]);
  },
  function repeat(bytes, random) {
    const at = below(random, bytes.length);
    return Buffer.concat([bytes, bytes.subarray(at)]);
  },
  function otherType(bytes, random) {
    bytes[0] = ((bytes[0] ?? 0) & 0x0f) | (below(random, 16) << 4);
    return bytes;
  },
  function otherLength(bytes, random) {
    const length = pick(random, [0, 1, 2, 127, 128, 16_384, 262_144, 268_435_455, 268_435_456]);
    return Buffer.concat([bytes.subarray(0, 1), remainingLength(length), bytes.subarray(2)]);
  },
  /** What comes behind the header is changed and the length is right: these reach the fields. */
  function otherBody(bytes, random) {
    const body = pick(random, [anyByte, insertByte, cut])(Buffer.from(bytes.subarray(2)), random);
    return Buffer.concat([bytes.subarray(0, 1), remainingLength(body.length), body]);
  },
];

function anyByte(body: Buffer, random: Random): Buffer {
  if (body.length > 0) body[below(random, body.length)] = below(random, 256);
  return body;
}

function insertByte(body: Buffer, random: Random): Buffer {
  const at = below(random, body.length + 1);
  return Buffer.concat([body.subarray(0, at), bytesFrom(random, 1), body.subarray(at)]);
}

function cut(body: Buffer, random: Random): Buffer {
  return body.subarray(0, below(random, body.length + 1));
}

/** One good packet with one to three things wrong with it. */
export function mutatedFrame(random: Random): Uint8Array {
  let bytes: Buffer = Buffer.from(pick(random, GOOD_FRAMES));
  for (let times = 1 + below(random, 3); times > 0 && bytes.length > 2; times -= 1) {
    bytes = pick(random, MUTATIONS)(bytes, random);
  }
  return bytes;
}
