import { MAX_BLOCK_BYTES } from '@plumbline/shared/wire';
import { z } from 'zod';
import { readOne, stored } from '../store/json.ts';
import { fetchKey, fetchPath } from '../store/keys.ts';
import type { Target, UpdateInput } from '../update/index.ts';
import type { InstallDeps, StepInput } from './step.ts';
import { decoderOf } from './payload.ts';

/** Bytes from the beginning that are synced to the file: where to go on after a crash. */
const progress = z.strictObject({ doneBytes: z.number().int().nonnegative() });

/**
 * Fetches the payload block by block, one request at a time, so that a kill at any moment costs one block at most:
 * bytes are synced first and counted second. The network is waited for; it never fails an update.
 */
export async function fetchPayload(deps: InstallDeps, { target, signal }: StepInput): Promise<UpdateInput | undefined> {
  const { payload, length } = target;
  // Refused before a byte travels: what cannot be unpacked or would not fit anyway.
  decoderOf(deps.decoders, target);
  if (length > deps.profile.maxModelBytes + ARCHIVE_ALLOWANCE_BYTES) {
    const detail = `${length} bytes; ${deps.profile.name} takes models of ${deps.profile.maxModelBytes}`;
    return { type: 'failed', reason: 'does_not_fit', detail };
  }
  const path = fetchPath(payload.sha256);
  const key = fetchKey(payload.sha256);
  const ref = { sha256: payload.sha256 };
  for (let offset = await resumeAt(deps, target); offset < payload.length;) {
    const wanted = Math.min(MAX_BLOCK_BYTES, payload.length - offset);
    const bytes = await deps.blocks.request({ ref, offset, length: wanted }, signal);
    if (bytes === undefined) return undefined;
    await deps.files.write(path, offset, bytes);
    await deps.files.sync([path]);
    offset += bytes.length;
    await deps.store.commit([{ put: key, value: stored({ doneBytes: offset }) }]);
  }
  return { type: 'fetched' };
}

/** Golden rows, reference, card and seal beside the model. */
const ARCHIVE_ALLOWANCE_BYTES = 16 * 2 ** 20;

async function resumeAt(deps: InstallDeps, { payload }: Target): Promise<number> {
  const known = await readOne(deps.store, fetchKey(payload.sha256), progress);
  const lengthBytes = (await deps.files.read(fetchPath(payload.sha256)))?.length ?? 0;
  // A file shorter than its count lost bytes it had promised; what is there may have holes.
  const doneBytes = known !== undefined && lengthBytes >= known.doneBytes ? known.doneBytes : 0;
  if (lengthBytes > doneBytes) deps.refetching(Math.ceil((lengthBytes - doneBytes) / MAX_BLOCK_BYTES));
  return Math.min(doneBytes, payload.length);
}

/** Forgets a payload that was used, or that is not what it should be. */
export async function forgetPayload(
  { files, store }: Pick<InstallDeps, 'files' | 'store'>,
  { payload }: Target,
): Promise<void> {
  await store.commit([{ remove: fetchKey(payload.sha256) }]);
  await files.remove(fetchPath(payload.sha256));
}
