import { toHex } from '@plumbline/shared/trust';
import { StoreError } from '../ports/index.ts';
import { slotPath } from '../store/keys.ts';
import { readSlot, writeSlot } from '../store/slot-files.ts';
import { freeSlot, type Target, type UpdateInput } from '../update/index.ts';
import type { InstallDeps, StepInput } from './step.ts';
import { forgetPayload } from './fetch-progress.ts';
import { readArchive } from './payload.ts';
import { spoiltBy } from './spoilt.ts';
import { notNow } from './preflight/not-now.ts';

/**
 * Puts the archive into the free slot, or finds it there: a release that was here before costs no fetch,
 * but is believed by its hash only. Safe to repeat after a crash at any point.
 */
export async function stage(deps: InstallDeps, step: StepInput): Promise<UpdateInput> {
  const { model, target } = step;
  const wait = await notNow(deps, step, 'stage');
  if (wait !== undefined) return wait;
  const path = slotPath(model.line, freeSlot(model));
  if (await isIntact(deps, path, target.sha256)) return staged(deps, target);
  const archive = await readArchive(deps, target).catch((error: unknown) => spoiltBy(deps, target, error));
  if (archive === undefined) return { type: 'missing' };
  if ('type' in archive) return archive;
  await writeSlot(deps.files, path, archive);
  // Read back: what the disk kept counts, not what it was given.
  if (await isIntact(deps, path, target.sha256)) return staged(deps, target);
  // Fetching again would cost data and meet the same disk.
  throw new StoreError('store_unavailable', `${path}: not read back as written`, { kind: 'unavailable', field: path });
}

async function staged(deps: InstallDeps, target: Target): Promise<UpdateInput> {
  await forgetPayload(deps, target);
  return { type: 'staged' };
}

async function isIntact({ files, crypto }: InstallDeps, path: string, sha256: string): Promise<boolean> {
  const bytes = await readSlot(files, path);
  return bytes !== undefined && toHex(await crypto.sha256(bytes)) === sha256;
}
