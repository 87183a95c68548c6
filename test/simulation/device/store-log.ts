import type { Change } from '../../../agent/src/ports/index.ts';

/** One commit as it lies in the log. */
export interface Frame {
  number: number;
  changes: readonly Change[];
}

/** Number, length and checksum of what follows. */
const HEADER_BYTES = 12;
const PUT = 0;
const REMOVE = 1;
const REMOVE_RANGE = 2;

export function appendFrame({ number, changes }: Frame): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const change of changes) {
    if ('put' in change) parts.push(Uint8Array.of(PUT), text(change.put), block(change.value));
    else if ('remove' in change) parts.push(Uint8Array.of(REMOVE), text(change.remove));
    else parts.push(Uint8Array.of(REMOVE_RANGE), text(change.removeFrom), text(change.to));
  }
  const body = Buffer.concat(parts);
  const frame = Buffer.alloc(HEADER_BYTES + body.length);
  frame.writeUInt32LE(number, 0);
  frame.writeUInt32LE(body.length, 4);
  frame.writeUInt32LE(checksum(number, body), 8);
  frame.set(body, HEADER_BYTES);
  return new Uint8Array(frame.buffer, frame.byteOffset, frame.length);
}

/** Every whole frame in order; a torn one, and what lies behind it, was never acknowledged. */
export function readFrames(log: Uint8Array): { frames: Change[][]; endsAt: number; nextNumber: number } {
  const bytes = Buffer.from(log.buffer, log.byteOffset, log.length);
  const frames: Change[][] = [];
  let at = 0;
  let number = 1;
  while (at + HEADER_BYTES <= bytes.length) {
    const length = bytes.readUInt32LE(at + 4);
    const body = bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
    const isWhole = bytes.readUInt32LE(at) === number && body.length === length && length > 0;
    if (!isWhole || bytes.readUInt32LE(at + 8) !== checksum(number, body)) break;
    frames.push(changesOf(body));
    at += HEADER_BYTES + length;
    number += 1;
  }
  return { frames, endsAt: at, nextNumber: number };
}

function changesOf(body: Buffer): Change[] {
  const changes: Change[] = [];
  let at = 0;
  const take = () => {
    const length = body.readUInt32LE(at);
    const bytes = body.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    return bytes;
  };
  while (at < body.length) {
    const kind = body[at];
    at += 1;
    const key = take().toString('utf8');
    if (kind === PUT) changes.push({ put: key, value: new Uint8Array(take()) });
    else if (kind === REMOVE) changes.push({ remove: key });
    else changes.push({ removeFrom: key, to: take().toString('utf8') });
  }
  return changes;
}

function text(value: string): Uint8Array {
  return block(Buffer.from(value, 'utf8'));
}

function block(bytes: Uint8Array): Uint8Array {
  const framed = Buffer.alloc(4 + bytes.length);
  framed.writeUInt32LE(bytes.length, 0);
  framed.set(bytes, 4);
  return framed;
}

/** FNV-1a, begun at the number of the frame: an old frame in a new one's place is not taken for it. */
function checksum(number: number, body: Uint8Array): number {
  let mixed = (0x811c9dc5 ^ number) >>> 0;
  for (const byte of body) mixed = Math.imul(mixed ^ byte, 0x01000193);
  return mixed >>> 0;
}
