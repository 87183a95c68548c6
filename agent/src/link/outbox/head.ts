import { toHex } from '@plumbline/shared/trust';
import { PRIORITY, type StreamClass } from '@plumbline/shared/wire';
import { z } from 'zod';
import type { Change, Random, Store } from '../../ports/index.ts';
import { readMended, stored, type OnDamaged } from '../../store/json.ts';
import { rowKey, seqOfRowKey, streamKey } from '../../store/keys.ts';

const count = z.number().int().nonnegative();

/** Where one stream stands; written in the commit of every row, so that no number is given twice. */
export const streamHead = z.strictObject({
  stream: z.string(),
  /** Numbers on the wire begin after this one: rows that outlived their head keep their keys, under a new name. */
  base: count.default(0),
  nextSeq: count,
  /** Everything up to here is the server's. */
  acked: count,
  /** Rows that wait, a gap counting as one, and what they take in the store. */
  waiting: count,
  sizeBytes: count,
});

export type StreamHead = z.infer<typeof streamHead>;
export type Heads = Record<StreamClass, StreamHead>;

const STREAM_ID_BYTES = 8;
const PAGE = 1000;

/**
 * Reads the heads; a store that has none yet gets new streams, whose names no other store can have. A stream whose head
 * cannot be read gets a new name too, because nobody knows which numbers the server has seen under the old one; what
 * waits in it goes on under the new name.
 */
export async function openHeads(store: Store, random: Random, onDamaged?: OnDamaged): Promise<Heads> {
  const changes: Change[] = [];
  const heads: Partial<Heads> = {};
  for (const of of PRIORITY) {
    let head = await readMended(store, streamKey(of), streamHead, onDamaged);
    if (head === undefined || head.acked >= head.nextSeq || head.base > head.acked) {
      head = await newHead(store, of, `${toHex(random.bytes(STREAM_ID_BYTES))}-${of}`);
      changes.push(putHead(of, head));
    }
    heads[of] = head;
  }
  if (changes.length > 0) await store.commit(changes);
  return heads as Heads;
}

async function newHead(store: Store, of: StreamClass, stream: string): Promise<StreamHead> {
  const head: StreamHead = { stream, base: 0, nextSeq: 1, acked: 0, waiting: 0, sizeBytes: 0 };
  let first: number | undefined;
  for (let from = 0; ;) {
    const page = await store.scan({ from: rowKey(of, from), to: rowKey(of, Number.MAX_SAFE_INTEGER), limit: PAGE });
    for (const [key, value] of page) {
      first ??= firstSeqOf(seqOfRowKey(key), value);
      head.nextSeq = seqOfRowKey(key) + 1;
      head.waiting += 1;
      head.sizeBytes += value.length;
    }
    if (page.length < PAGE) break;
    from = head.nextSeq;
  }
  head.base = (first ?? 1) - 1;
  head.acked = head.base;
  return head;
}

/** A gap stands at its end and speaks for what is before it. */
function firstSeqOf(seq: number, value: Uint8Array): number {
  const from = /^\{"kind":"gap".*?"from":(\d+)/.exec(new TextDecoder().decode(value.subarray(0, 256)))?.[1];
  return Math.min(seq, Number(from ?? seq));
}

export function putHead(of: StreamClass, head: StreamHead): Change {
  return { put: streamKey(of), value: stored(head) };
}
