import { MAX_HEADER_BYTES, readHeader, type Header } from './header.ts';

/** A packet of which only a part has arrived. */
export interface HeldFrame {
  /** Takes what belongs to the packet; `taken` of `bytes` were, and `whole` is the packet once nothing is missing. */
  take(bytes: Uint8Array): { taken: number; whole?: { header: Header; frame: Uint8Array } };
  /** Memory in use. */
  heldBytes(): number;
}

const FIRST_BYTES = 256;

/**
 * Holds one packet at a time, in room that doubles with what really came: a header that announces much costs nothing,
 * and bytes that arrive one by one are not kept as a list of pieces.
 * @param judgeHeader throws when the packet is not wanted, before anything of its body is held.
 */
export function createHeldFrame(judgeHeader: (header: Header) => void): HeldFrame {
  let room = new Uint8Array(0);
  let length = 0;
  let header: Header | undefined;

  const append = (bytes: Uint8Array, most: number) => {
    if (length + bytes.length > room.length) {
      const larger = new Uint8Array(Math.min(most, Math.max(length + bytes.length, room.length * 2, FIRST_BYTES)));
      larger.set(room.subarray(0, length));
      room = larger;
    }
    room.set(bytes, length);
    length += bytes.length;
  };

  return {
    heldBytes: () => room.length,
    take(bytes) {
      let taken = 0;
      while (header === undefined && taken < bytes.length) {
        append(bytes.subarray(taken, taken + 1), MAX_HEADER_BYTES);
        taken += 1;
        header = readHeader(room.subarray(0, length), 0);
        if (header !== undefined) judgeHeader(header);
      }
      if (header === undefined) return { taken };
      const size = header.headerBytes + header.bodyBytes;
      const part = bytes.subarray(taken, taken + size - length);
      append(part, size);
      taken += part.length;
      if (length < size) return { taken };
      const whole = { header, frame: room.subarray(0, size) };
      room = new Uint8Array(0);
      length = 0;
      header = undefined;
      return { taken, whole };
    },
  };
}
