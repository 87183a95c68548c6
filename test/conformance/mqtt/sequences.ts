import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** One recorded conversation: what is sent, what must come back, and how it ends. */
export interface Sequence {
  /** `file: group: name`, unique. */
  name: string;
  version: 3 | 4;
  /** Whether a plain CONNECT comes before the first step. */
  connects: boolean;
  /** `payload` is in the notation that `bytesOf` reads. */
  steps: { kind: 'send' | 'recv' | 'unknown'; payload: string }[];
  endsClosed: boolean;
}

const test = z.object({
  name: z.string(),
  ver: z.number().optional(),
  connect: z.boolean().optional(),
  expect_disconnect: z.boolean().optional(),
  msgs: z.array(z.object({ type: z.enum(['send', 'recv', 'unknown']).catch('unknown'), payload: z.string() })),
});
const groups = z.array(
  z.object({
    group: z.string(),
    ver: z.number().optional(),
    connect: z.boolean().optional(),
    expect_disconnect: z.boolean().optional(),
    tests: z.array(test),
  }),
);

/** The sequences of MQTT 3.1 and 3.1.1 in a folder of Mosquitto's `test/broker/data`, in the order of its files. */
export async function readSequences(folder: string): Promise<Sequence[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
  const all: Sequence[] = [];
  for (const file of files) {
    const seen = new Map<string, number>();
    for (const group of groups.parse(JSON.parse(await readFile(join(folder, file), 'utf8')))) {
      for (const one of group.tests) {
        const version = one.ver ?? group.ver;
        if (version !== 3 && version !== 4) continue;
        const name = `${file}: ${group.group.replaceAll(/\s+/g, ' ')}: ${one.name.trim()}`;
        const times = (seen.get(name) ?? 0) + 1;
        seen.set(name, times);
        all.push({
          name: times === 1 ? name : `${name} (${times})`,
          version,
          connects: one.connect ?? group.connect ?? true,
          endsClosed: one.expect_disconnect ?? group.expect_disconnect ?? true,
          steps: one.msgs.map(({ type, payload }) => ({ kind: type, payload })),
        });
      }
    }
  }
  return all;
}

/**
 * The notation of these files: `r15` remaining length, `s6` and `k10` and `m1` two bytes, `'text'` as it is, and
 * everything else hexadecimal.
 */
export function bytesOf(payload: string): Uint8Array {
  return Buffer.concat(
    (payload.match(/'[^']*'|\S+/g) ?? []).map((word) => {
      if (word.startsWith("'")) return Buffer.from(word.slice(1, -1));
      const number = Number(word.slice(1));
      if (/^r\d+$/.test(word)) return remainingLength(number);
      if (/^[skm]\d+$/.test(word)) return Buffer.of(number >> 8, number & 255);
      if (/^([0-9a-f]{2})+$/i.test(word)) return Buffer.from(word, 'hex');
      throw new Error(`${JSON.stringify(word)} in ${JSON.stringify(payload)} is not in the notation of the sequences`);
    }),
  );
}

/** Seven bits a byte, lowest first; one more than four bytes can say takes five, which is the point of some tests. */
export function remainingLength(length: number): Buffer {
  const bytes: number[] = [];
  let left = length;
  do {
    const low = left % 128;
    left = Math.floor(left / 128);
    bytes.push(left > 0 ? low | 0x80 : low);
  } while (left > 0);
  return Buffer.from(bytes);
}
