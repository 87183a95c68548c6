import { below, type Random } from '../../../fleet-server/src/supply/onnx/export/random-models.ts';

/** What is done to a file without knowing what it means. Each gives a file of its own. */
export const BYTE_MUTATIONS: Record<string, (bytes: Uint8Array, random: Random, other: Uint8Array) => Uint8Array> = {
  'flipped bytes'(bytes, random) {
    const mutant = bytes.slice();
    for (let left = 1 + below(random, 8); left > 0; left -= 1) {
      mutant[below(random, mutant.length)]! ^= 1 + below(random, 255);
    }
    return mutant;
  },
  truncation: (bytes, random) => bytes.slice(0, below(random, bytes.length)),
  'splice of two models'(bytes, random, other) {
    return join(bytes.subarray(0, below(random, bytes.length)), other.subarray(below(random, other.length)));
  },
  'stretch twice'(bytes, random) {
    const from = below(random, bytes.length);
    const to = from + below(random, bytes.length - from);
    return join(bytes.subarray(0, to), bytes.subarray(from));
  },
  'stretch missing'(bytes, random) {
    const from = below(random, bytes.length);
    return join(bytes.subarray(0, from), bytes.subarray(from + 1 + below(random, 64)));
  },
  'endless varint'(bytes, random) {
    const mutant = bytes.slice();
    const at = below(random, mutant.length);
    return mutant.fill(0xff, at, at + 4 + below(random, 12));
  },
  'varint in its longest form'(bytes, random) {
    // 0x80 … 0x00 is still zero, in ten bytes: legal, and where parsers differ.
    const at = below(random, bytes.length);
    return join(bytes.subarray(0, at), new Uint8Array(9).fill(0x80), bytes.subarray(at));
  },
  'other length'(bytes, random) {
    const lengths = lengthsIn(bytes);
    const at = lengths[below(random, lengths.length)] ?? 0;
    const mutant = bytes.slice();
    const delta = [1, -1, 16, 127, -128][below(random, 5)] ?? 1;
    mutant[at] = (mutant[at] ?? 0) + delta;
    return mutant;
  },
  'other file after it': (bytes, _random, other) => join(bytes, other),
};

function join(...pieces: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

const DEEPEST = 6;
const MOST_LENGTHS = 4_000;

/** Where lengths of nested values stand, as far as bytes look like messages. */
function lengthsIn(bytes: Uint8Array): number[] {
  const found: number[] = [];
  const scan = (from: number, to: number, depth: number): void => {
    let at = from;
    while (at < to && found.length < MOST_LENGTHS) {
      const tag = varintAt(bytes, at);
      const wire = tag.value & 7;
      if (wire !== 2) {
        at = wire === 0 ? varintAt(bytes, tag.end).end : tag.end + (wire === 1 ? 8 : 4);
        continue;
      }
      const length = varintAt(bytes, tag.end);
      if (length.end + length.value > to) return;
      found.push(tag.end);
      if (depth < DEEPEST) scan(length.end, length.end + length.value, depth + 1);
      at = length.end + length.value;
    }
  };
  scan(0, bytes.length, 0);
  return found;
}

function varintAt(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  let end = start;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = bytes[end] ?? 0;
    end += 1;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return { value, end };
}
