import type { LinkWitness } from '@plumbline/agent/simulated';

/** Counts what passes over one link: topic, payload and 8 bytes of MQTT framing a message; TLS and TCP come on top. */
export interface Meter {
  witness: Pick<LinkWitness, 'sends' | 'hears'>;
  bytes: { up: number; down: number };
  /** Counts from zero again. */
  reset(): void;
}

const FRAMING_BYTES = 8;

export function createMeter(): Meter {
  const bytes = { up: 0, down: 0 };
  return {
    witness: {
      sends: (topic, payload) => void (bytes.up += topic.length + payload.length + FRAMING_BYTES),
      hears: (topic, payload) => void (bytes.down += topic.length + payload.length + FRAMING_BYTES),
    },
    bytes,
    reset() {
      bytes.up = 0;
      bytes.down = 0;
    },
  };
}
