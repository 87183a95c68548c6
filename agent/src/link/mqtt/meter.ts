import { MAX_FRAME_BYTES } from '@plumbline/shared/wire';

/** Topic, packet number and what else stands around a frame. */
const AROUND_FRAME_BYTES = 1024;
export const MAX_PACKET_BYTES = MAX_FRAME_BYTES + AROUND_FRAME_BYTES;
const MAX_LENGTH_BYTES = 4;

/**
 * Counts MQTT packets in the bytes that come in, keeping none: a parser would collect up to 256 MB of a packet that
 * announces them (MQTT 3.1.1, section 2.2.3).
 * @returns takes the next bytes; false once a packet longer than any message of ours was announced
 */
export function createPacketMeter(maxBytes: number = MAX_PACKET_BYTES): (chunk: Uint8Array) => boolean {
  /** Bytes of the current packet's body that are still to come. */
  let bodyLeft = 0;
  /** Length bytes of the current header that were read; undefined before its first byte. */
  let lengthRead: number | undefined;
  let length = 0;
  let isTooLong = false;

  return (chunk) => {
    for (let at = 0; at < chunk.length && !isTooLong;) {
      if (bodyLeft > 0) {
        const passed = Math.min(bodyLeft, chunk.length - at);
        bodyLeft -= passed;
        at += passed;
        continue;
      }
      const byte = chunk[at] ?? 0;
      at += 1;
      if (lengthRead === undefined) {
        [lengthRead, length] = [0, 0];
        continue;
      }
      length += (byte & 0x7f) * 128 ** lengthRead;
      lengthRead += 1;
      isTooLong = length > maxBytes || ((byte & 0x80) !== 0 && lengthRead === MAX_LENGTH_BYTES);
      if (!(byte & 0x80)) [bodyLeft, lengthRead] = [length, undefined];
    }
    return !isTooLong;
  };
}
