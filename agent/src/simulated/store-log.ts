import type { Change } from '../ports/index.ts';

/** One commit as it lies in the log. */
export interface Frame {
  number: number;
  changes: readonly Change[];
}

/** Number, length and checksum of what follows, each 32 bits, little-endian. */
const HEADER_BYTES = 12;
const LENGTH_BYTES = 4;
const PUT = 0;
const REMOVE = 1;
const REMOVE_RANGE = 2;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function appendFrame({ number, changes }: Frame): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const change of changes) {
    if ('put' in change) parts.push(Uint8Array.of(PUT), ...text(change.put), ...block(change.value));
    else if ('remove' in change) parts.push(Uint8Array.of(REMOVE), ...text(change.remove));
    else parts.push(Uint8Array.of(REMOVE_RANGE), ...text(change.removeFrom), ...text(change.to));
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const frame = new Uint8Array(HEADER_BYTES + length);
  let at = HEADER_BYTES;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  const header = viewOf(frame);
  header.setUint32(0, number, true);
  header.setUint32(4, length, true);
  header.setUint32(8, checksum(number, frame.subarray(HEADER_BYTES)), true);
  return frame;
}

/** Every whole frame in order; a torn one, and what lies behind it, was never acknowledged. */
export function readFrames(log: Uint8Array): { frames: Change[][]; endsAt: number; nextNumber: number } {
  const view = viewOf(log);
  const frames: Change[][] = [];
  let at = 0;
  let number = 1;
  while (at + HEADER_BYTES <= log.length) {
    const length = view.getUint32(at + 4, true);
    const body = log.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length);
    const isWhole = view.getUint32(at, true) === number && body.length === length && length > 0;
    if (!isWhole || view.getUint32(at + 8, true) !== checksum(number, body)) break;
    frames.push(changesOf(body));
    at += HEADER_BYTES + length;
    number += 1;
  }
  return { frames, endsAt: at, nextNumber: number };
}

function changesOf(body: Uint8Array): Change[] {
  const view = viewOf(body);
  const changes: Change[] = [];
  let at = 0;
  const take = () => {
    const length = view.getUint32(at, true);
    const bytes = body.subarray(at + LENGTH_BYTES, at + LENGTH_BYTES + length);
    at += LENGTH_BYTES + length;
    return bytes;
  };
  while (at < body.length) {
    const kind = body[at];
    at += 1;
    const key = decoder.decode(take());
    if (kind === PUT) changes.push({ put: key, value: take().slice() });
    else if (kind === REMOVE) changes.push({ remove: key });
    else changes.push({ removeFrom: key, to: decoder.decode(take()) });
  }
  return changes;
}

function text(value: string): [Uint8Array, Uint8Array] {
  return block(encoder.encode(value));
}

function block(bytes: Uint8Array): [Uint8Array, Uint8Array] {
  const length = new Uint8Array(LENGTH_BYTES);
  viewOf(length).setUint32(0, bytes.length, true);
  return [length, bytes];
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** FNV-1a, begun at the number of the frame: an old frame in a new one's place is not taken for it. */
function checksum(number: number, body: Uint8Array): number {
  let mixed = (0x811c9dc5 ^ number) >>> 0;
  for (const byte of body) mixed = Math.imul(mixed ^ byte, 0x01000193);
  return mixed >>> 0;
}
