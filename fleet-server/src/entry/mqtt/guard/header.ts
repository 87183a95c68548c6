import { GuardError } from './errors.ts';

export const CONNECT = 1;
export const PUBLISH = 3;
export const PUBACK = 4;
export const PUBREC = 5;
export const PUBREL = 6;
export const PUBCOMP = 7;
export const SUBSCRIBE = 8;
export const UNSUBSCRIBE = 10;
export const PINGREQ = 12;
export const DISCONNECT = 14;

const NAMES = (
  'RESERVED_0 CONNECT CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE SUBACK UNSUBSCRIBE UNSUBACK ' +
  'PINGREQ PINGRESP DISCONNECT RESERVED_15'
).split(' ');

/** Two to five bytes in front of every packet (MQTT 3.1.1, section 2.2). */
export interface Header {
  type: number;
  flags: number;
  headerBytes: number;
  bodyBytes: number;
}

export const MAX_HEADER_BYTES = 5;

export const packetName = (type: number): string => NAMES[type] ?? String(type);

/**
 * The fixed header at `offset`, or undefined while more bytes are needed to know it.
 * @throws GuardError `mqtt_length`: a fifth length byte, or a length in more bytes than it needs.
 */
export function readHeader(bytes: Uint8Array, offset: number): Header | undefined {
  const first = bytes[offset];
  if (first === undefined) return undefined;
  const type = first >> 4;
  let bodyBytes = 0;
  for (let index = 1; index < MAX_HEADER_BYTES; index += 1) {
    const byte = bytes[offset + index];
    if (byte === undefined) return undefined;
    bodyBytes += (byte & 0x7f) * 128 ** (index - 1);
    if (byte < 0x80) {
      if (byte === 0 && index > 1) throw lengthError(type, 'the shortest encoding');
      return { type, flags: first & 0x0f, headerBytes: index + 1, bodyBytes };
    }
  }
  throw lengthError(type, 'at most four bytes');
}

function lengthError(type: number, expected: string): GuardError {
  return new GuardError('mqtt_length', `${packetName(type)}.remainingLength`, expected);
}
