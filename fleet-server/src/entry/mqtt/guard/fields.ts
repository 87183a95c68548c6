import { isUtf8 } from 'node:buffer';
import { GuardError } from './errors.ts';

/** Reads the fields of one packet in order; each names itself, so that a refusal can say where it ended. */
export interface Fields {
  left(): number;
  byte(name: string): number;
  number(name: string): number;
  /** Not 0 (section 2.3.1). */
  packetId(): number;
  /** UTF-8 with its length in front (section 1.5.3). */
  text(name: string): string;
  binary(name: string): Uint8Array;
  /** Everything that is left. */
  rest(): Uint8Array;
  /** @throws GuardError when bytes are left. */
  end(): void;
}

/** Control characters and non-characters: U+0000 must be refused, the others may be. */
const UNWANTED = /[\p{Cc}\p{Noncharacter_Code_Point}]/u;

export function readFields(packet: string, body: Uint8Array): Fields {
  let at = 0;
  const part = (name: string, length: number) => {
    if (at + length > body.length) {
      throw new GuardError('mqtt_malformed', `${packet}.${name}`, `${length} bytes, there are ${body.length - at}`);
    }
    at += length;
    return body.subarray(at - length, at);
  };
  const number = (name: string) => {
    const [high = 0, low = 0] = part(name, 2);
    return high * 256 + low;
  };
  const binary = (name: string) => part(name, number(name));

  return {
    left: () => body.length - at,
    byte: (name) => part(name, 1)[0] ?? 0,
    number,
    packetId() {
      const id = number('packetId');
      if (id === 0) throw new GuardError('mqtt_packet_id', `${packet}.packetId`, '1 to 65535');
      return id;
    },
    binary,
    text(name) {
      const bytes = binary(name);
      const text = isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString() : undefined;
      if (text === undefined || UNWANTED.test(text)) {
        throw new GuardError('mqtt_text', `${packet}.${name}`, 'UTF-8 without control characters');
      }
      return text;
    },
    rest: () => part('payload', body.length - at),
    end() {
      if (at < body.length) {
        throw new GuardError('mqtt_malformed', `${packet}.end`, `no more bytes, there are ${body.length - at}`);
      }
    },
  };
}
