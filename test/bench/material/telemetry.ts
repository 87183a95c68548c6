import { createSeededRandom } from '@plumbline/shared/testing';
import { encodeFrame, type PredictionRow } from '@plumbline/shared/wire';

/** One batch as a gateway sends it: the frame on the wire, and the rows inside. */
export interface SentBatch {
  site: string;
  device: string;
  stream: string;
  frame: Uint8Array;
  rows: [seq: number, row: PredictionRow][];
}

/** A small fleet that predicts without end. */
export interface Traffic {
  /** The next batches, `rows` predictions with three reasons each, devices in turn. */
  next(count: number, rows: number): SentBatch[];
}

const DEVICES = 8;
const START = Date.UTC(2026, 0, 5);

/** Seeded. Sequence numbers go on from call to call: whoever takes one batch must take all. */
export function createTraffic(seed: number): Traffic {
  const random = createSeededRandom(seed);
  const hex = (length: number) => Buffer.from(random.bytes(length)).toString('hex');
  const sha256 = hex(32);
  const senders = Array.from({ length: DEVICES }, (_, i) => ({
    site: `site-${i}`,
    device: `gateway-${i}`,
    stream: `${hex(8)}-predictions`,
    sent: 0,
  }));
  return {
    next: (count, rows) =>
      Array.from({ length: count }, (_, i) => {
        const sender = senders[i % DEVICES];
        if (sender === undefined) throw new RangeError('no devices');
        const { site, device, stream } = sender;
        const numbered = Array.from({ length: rows }, (): [number, PredictionRow] => {
          sender.sent += 1;
          return [sender.sent, predictionAt(sender.sent, sha256, random.next)];
        });
        const frame = encodeFrame({ stream, class: 'predictions', rows: numbered }, { compress: true });
        return { site, device, stream, frame, rows: numbered };
      }),
  };
}

function predictionAt(seq: number, sha256: string, next: () => number): PredictionRow {
  const score = next();
  const at = START + seq * 60_000;
  const reason = (feature: string, value: number | string) => ({
    feature,
    value,
    contribution: next() - 0.5,
    approximate: true,
  });
  return {
    kind: 'prediction',
    at,
    ref: `p-${seq}`,
    activity: `tower-${seq % 40}/a${seq % 97}`,
    line: 'delay',
    version: '1.2.3',
    sha256,
    asOf: at,
    score,
    label: score >= 0.5 ? '1' : '0',
    reasons: [reason('planned_days', Math.floor(next() * 90)), reason('trade', 'concrete'), reason('lead_days', 30)],
  };
}
