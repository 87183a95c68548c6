import { block, decodeMessage } from '@plumbline/shared/wire';
import type { Catalogue } from '../server/releases.ts';

/** Blocks of payloads that reached the device more than once, a copy made by the network counting as one. */
export interface BlockCheck {
  heard(frame: Uint8Array): void;
  /** What was asked for again without need, against what may be: one block a cut. */
  refetched(): number;
}

export function createBlockCheck(catalogue: Catalogue): BlockCheck {
  const times = new Map<string, number>();
  const payloads = new Set(catalogue.releases.map(({ assigned }) => assigned.payload.sha256));
  return {
    heard(frame) {
      let heard;
      try {
        heard = decodeMessage(block, frame);
      } catch {
        return;
      }
      if (!('bytes' in heard) || !('sha256' in heard.ref) || !payloads.has(heard.ref.sha256)) return;
      const name = `${heard.ref.sha256}@${heard.offset}`;
      times.set(name, (times.get(name) ?? 0) + 1);
    },
    refetched: () => [...times.values()].reduce((sum, count) => sum + count - 1, 0),
  };
}
