import { fromBase64, toBase64 } from '@plumbline/shared/trust';
import { MAX_BLOCK_BYTES } from '@plumbline/shared/wire';
import { z } from 'zod';
import type { Ports } from '../ports/index.ts';
import { readOne, stored } from '../store/json.ts';
import { archivePath, fetchKey, fetchPath } from '../store/keys.ts';
import type { Target } from '../update/index.ts';

type ProgressDeps = Pick<Ports, 'files' | 'store'>;

/** One bit a block, the first one lowest: set when its bytes are synced to the file. */
const progress = z.strictObject({ blockBytes: z.literal(MAX_BLOCK_BYTES), done: z.base64().max(2 ** 20) });

/** Which blocks of a payload survive a power cut; blocks may come in any order. */
export interface FetchProgress {
  /** Blocks that have still to come. */
  missing(): { offset: number; length: number }[];
  leftBytes(): number;
  /** Blocks that lay in the file uncounted when this was opened: they were written just before a crash. */
  readonly uncounted: number;
  /** Bytes at this offset are synced; resolves when that is known for good. */
  mark(offset: number): Promise<void>;
}

export async function openProgress({ files, store }: ProgressDeps, { payload }: Target): Promise<FetchProgress> {
  const blocks = Math.ceil(payload.length / MAX_BLOCK_BYTES);
  const key = fetchKey(payload.sha256);
  // A map that cannot be read says that nothing is there: the price is another fetch, not an update that is stuck.
  const known = await readOne(store, key, progress).catch(() => undefined);
  const done = new Uint8Array(Math.ceil(blocks / 8));
  done.set((known === undefined ? new Uint8Array() : fromBase64(known.done)).subarray(0, done.length));
  const has = (block: number) => ((done[block >> 3] ?? 0) & (1 << (block & 7))) !== 0;
  const set = (block: number, on: boolean) => {
    const bit = 1 << (block & 7);
    done[block >> 3] = on ? (done[block >> 3] ?? 0) | bit : (done[block >> 3] ?? 0) & ~bit;
  };
  const spanOf = (block: number) => {
    const offset = block * MAX_BLOCK_BYTES;
    return { offset, length: Math.min(MAX_BLOCK_BYTES, payload.length - offset) };
  };
  const all = Array.from({ length: blocks }, (_, block) => block);
  const fileBytes = (await files.read(fetchPath(payload.sha256)))?.length ?? 0;
  let lastBytes = 0;
  for (const block of all.filter(has)) {
    const { offset, length } = spanOf(block);
    // The file lost bytes it had promised: what is gone is fetched again, and only that.
    if (offset + length > fileBytes) set(block, false);
    else lastBytes = offset + length;
  }
  return {
    missing: () => all.filter((block) => !has(block)).map(spanOf),
    leftBytes: () => all.reduce((sum, block) => sum + (has(block) ? 0 : spanOf(block).length), 0),
    uncounted: Math.ceil(Math.max(0, Math.min(fileBytes, payload.length) - lastBytes) / MAX_BLOCK_BYTES),
    async mark(offset) {
      set(offset / MAX_BLOCK_BYTES, true);
      await store.commit([{ put: key, value: stored({ blockBytes: MAX_BLOCK_BYTES, done: toBase64(done) }) }]);
    },
  };
}

/** Bytes of the payload that have still to travel. */
export async function missingBytes(deps: ProgressDeps, target: Target): Promise<number> {
  return (await openProgress(deps, target)).leftBytes();
}

/** Forgets a payload that was used, or that is not what it should be. */
export async function forgetPayload({ files, store }: ProgressDeps, { payload, sha256 }: Target): Promise<void> {
  await store.commit([{ remove: fetchKey(payload.sha256) }]);
  await files.remove(fetchPath(payload.sha256));
  await files.remove(archivePath(sha256));
}
