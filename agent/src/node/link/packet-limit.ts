import type { Duplex } from 'node:stream';
import { MAX_FRAME_BYTES } from '@plumbline/shared/wire';

/** Topic, packet number and what else stands around a frame. */
const AROUND_FRAME_BYTES = 1024;
const MAX_PACKET_BYTES = MAX_FRAME_BYTES + AROUND_FRAME_BYTES;
const MAX_LENGTH_BYTES = 4;

/**
 * Ends a stream on which an MQTT packet longer than any message of ours is announced: the parser behind it would collect
 * up to 256 MB first (MQTT 3.1.1 §2.2.3). What comes in is counted, never kept.
 * @param onTooLong is told why, right before the end
 */
export function limitPackets(
  stream: Duplex,
  onTooLong: (error: Error) => void,
  maxBytes: number = MAX_PACKET_BYTES,
): void {
  /** Bytes of the current packet's body that are still to come. */
  let bodyLeft = 0;
  /** Length bytes of the current header that were read; undefined before its first byte. */
  let lengthRead: number | undefined;
  let length = 0;

  stream.on('data', (chunk: Uint8Array) => {
    for (let at = 0; at < chunk.length;) {
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
      if (length > maxBytes || (byte & 0x80 && lengthRead === MAX_LENGTH_BYTES)) {
        onTooLong(new Error(`a packet of more than ${maxBytes} bytes was announced`));
        stream.destroy();
        return;
      }
      if (!(byte & 0x80)) [bodyLeft, lengthRead] = [length, undefined];
    }
  });
}
