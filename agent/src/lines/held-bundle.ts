import { toHex } from '@plumbline/shared/trust';
import type { Ports } from '../ports/index.ts';
import { slotPath } from '../store/keys.ts';
import { readSlot } from '../store/slot-files.ts';
import type { UpdateModel } from '../update/index.ts';

/** `coming`: it is being fetched at this moment. */
export type HeldBundle = { archive: Uint8Array } | 'coming' | undefined;

/** The archive with this hash, where it lies whole in a slot of this device. */
export async function heldBundle(
  { files, crypto }: Pick<Ports, 'files' | 'crypto'>,
  models: readonly UpdateModel[],
  sha256: string,
): Promise<HeldBundle> {
  for (const { line, slots } of models) {
    for (const slot of ['A', 'B'] as const) {
      if (slots[slot]?.sha256 !== sha256) continue;
      const archive = await readSlot(files, slotPath(line, slot));
      if (archive !== undefined && toHex(await crypto.sha256(archive)) === sha256) return { archive };
    }
  }
  const isComing = models.some(({ target, state }) => target?.sha256 === sha256 && UNDER_WAY.has(state));
  return isComing ? 'coming' : undefined;
}

const UNDER_WAY = new Set<UpdateModel['state']>(['offered', 'fetching', 'verifying', 'staged']);
