import { z } from 'zod';
import type { Files, Store } from '../ports/index.ts';
import { readMended, stored } from '../store/json.ts';
import { FETCH_FOLDER, RETIRED, SLOTS_FOLDER } from '../store/keys.ts';

/**
 * How far a device that leaves has come, durably. `handed-over`: the server has acknowledged everything, and nothing
 * new is made. `wiping`: what is left here goes, however often it is cut short.
 */
export type RetiredStage = 'handed-over' | 'wiping';

const retired = z.strictObject({ stage: z.enum(['handed-over', 'wiping']) });
const AFTER_EVERY_KEY = '\uffff';

/** Undefined for a device that stays; a mark that cannot be read is none, and the order still stands. */
export async function readRetired(store: Store): Promise<RetiredStage | undefined> {
  return (await readMended(store, RETIRED, retired, () => undefined))?.stage;
}

export async function markRetired(store: Store, stage: RetiredStage): Promise<void> {
  await store.commit([{ put: RETIRED, value: stored({ stage }) }]);
}

/**
 * Ends what a crash cut short.
 * @returns true when this device was to be wiped, and is now
 * @throws StoreError
 */
export async function finishWipe(
  ports: { store: Store; files: Files },
  eraseKey?: () => Promise<void>,
): Promise<boolean> {
  if ((await readRetired(ports.store)) !== 'wiping') return false;
  await wipe(ports, eraseKey);
  return true;
}

/**
 * Deletes models, rows, site log and credentials of a device that is marked `wiping`. Cut anywhere it is begun again
 * at the next start; the mark goes last, so that nothing is left of a device whose mark is gone.
 * @param eraseKey takes the private key from where the platform keeps it
 * @throws StoreError, and then it is to be begun again
 */
export async function wipe(
  { store, files }: { store: Store; files: Files },
  eraseKey?: () => Promise<void>,
): Promise<void> {
  await files.remove(SLOTS_FOLDER);
  await files.remove(FETCH_FOLDER);
  await store.commit([
    { removeFrom: '', to: RETIRED },
    { removeFrom: `${RETIRED}\0`, to: AFTER_EVERY_KEY },
  ]);
  await eraseKey?.();
  await store.commit([{ remove: RETIRED }]);
}
