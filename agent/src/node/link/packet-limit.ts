import type { Duplex } from 'node:stream';
import { createPacketMeter, MAX_PACKET_BYTES } from '../../link/mqtt/meter.ts';

/**
 * Ends a stream on which an MQTT packet longer than any message of ours is announced. What comes in is counted, never kept.
 * @param onTooLong is told why, right before the end
 */
export function limitPackets(
  stream: Duplex,
  onTooLong: (error: Error) => void,
  maxBytes: number = MAX_PACKET_BYTES,
): void {
  const isInLimit = createPacketMeter(maxBytes);
  let isOver = false;
  stream.on('data', (chunk: Uint8Array) => {
    if (isOver || isInLimit(chunk)) return;
    isOver = true;
    onTooLong(new Error(`a packet of more than ${maxBytes} bytes was announced`));
    stream.destroy();
  });
}
