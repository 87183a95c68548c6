import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { storeFailure } from '../storage/failures.ts';
import { failed, failedBy, ok, type Step } from './step.ts';

/** Two slots of the largest bundle, and a month of rows. */
const MIN_FREE_BYTES = 64 * 2 ** 20;
const PROBE_BYTES = 4096;

/** The state folder takes bytes, syncs them, and has room. */
export function checkFolder(path: string): Step {
  const probe = join(path, 'doctor.probe');
  try {
    writeFileSync(probe, new Uint8Array(PROBE_BYTES), { flush: true });
    const { bavail, bsize } = statfsSync(path);
    const free = bavail * bsize;
    const mb = Math.floor(free / 2 ** 20);
    if (free < MIN_FREE_BYTES) return failed('folder', 'store_full', `${path} has ${mb} MB left`, 'unavailable');
    return ok('folder', `${path} can be written and has ${mb} MB left`);
  } catch (cause) {
    return failedBy('folder', storeFailure(cause, path));
  } finally {
    rmSync(probe, { force: true });
  }
}
