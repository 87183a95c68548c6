import { toHex } from '@plumbline/shared/trust';
import { PRIORITY, type StreamClass } from '@plumbline/shared/wire';
import { z } from 'zod';
import type { Change, Random, Store } from '../../ports/index.ts';
import { readOne, stored } from '../../store/json.ts';
import { streamKey } from '../../store/keys.ts';

const count = z.number().int().nonnegative();

/** Where one stream stands; written in the commit of every row, so that no number is given twice. */
export const streamHead = z.strictObject({
  stream: z.string(),
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

/** Reads the heads; a store that has none yet gets new streams, whose names no other store can have. */
export async function openHeads(store: Store, random: Random): Promise<Heads> {
  const found = await Promise.all(
    PRIORITY.map(async (of) => [of, await readOne(store, streamKey(of), streamHead)] as const),
  );
  const changes: Change[] = [];
  const heads = found.map(([of, known]) => {
    if (known !== undefined) return [of, known] as const;
    const stream = `${toHex(random.bytes(STREAM_ID_BYTES))}-${of}`;
    const head: StreamHead = { stream, nextSeq: 1, acked: 0, waiting: 0, sizeBytes: 0 };
    changes.push(putHead(of, head));
    return [of, head] as const;
  });
  if (changes.length > 0) await store.commit(changes);
  return Object.fromEntries(heads) as Heads;
}

export function putHead(of: StreamClass, head: StreamHead): Change {
  return { put: streamKey(of), value: stored(head) };
}
