/**
 * A buffer filled from its end towards its start, so that the length of a nested message
 * is known when its header is due and nothing is measured or copied twice.
 */
export interface BackWriter {
  buffer: Uint8Array;
  /** First used byte; the content is `buffer.subarray(at)`. */
  at: number;
}

export function createBackWriter(capacity = 1024): BackWriter {
  return { buffer: new Uint8Array(capacity), at: capacity };
}

export function writtenLength(writer: BackWriter): number {
  return writer.buffer.length - writer.at;
}

/** The content as bytes of its own. */
export function finish(writer: BackWriter): Uint8Array {
  return writer.buffer.slice(writer.at);
}

function makeRoom(writer: BackWriter, length: number): void {
  if (writer.at >= length) return;
  const used = writtenLength(writer);
  const grown = new Uint8Array(Math.max(2 * writer.buffer.length, used + length));
  grown.set(writer.buffer.subarray(writer.at), grown.length - used);
  writer.at = grown.length - used;
  writer.buffer = grown;
}

export function prependBytes(writer: BackWriter, bytes: Uint8Array): void {
  makeRoom(writer, bytes.length);
  writer.at -= bytes.length;
  writer.buffer.set(bytes, writer.at);
}

/** Prepends 64 bits given as two unsigned 32-bit halves. */
export function prependVarint(writer: BackWriter, low: number, high = 0): void {
  makeRoom(writer, 10);
  const length = varintLength(low, high);
  let at = writer.at - length;
  writer.at = at;
  let restLow = low >>> 0;
  let restHigh = high >>> 0;
  for (let index = 1; index < length; index += 1) {
    writer.buffer[at] = (restLow & 0x7f) | 0x80;
    restLow = ((restLow >>> 7) | (restHigh << 25)) >>> 0;
    restHigh >>>= 7;
    at += 1;
  }
  writer.buffer[at] = restLow;
}

export function prependTag(writer: BackWriter, number: number, wire: number): void {
  prependVarint(writer, (number << 3) | wire);
}

function varintLength(low: number, high: number): number {
  const bits = high === 0 ? 32 - Math.clz32(low) : 64 - Math.clz32(high);
  return Math.max(1, Math.ceil(bits / 7));
}
