import { readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { storeFailure } from '../storage/failures.ts';
import { failed, failedBy, ok, skipped, type Step } from './step.ts';

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

/** File systems that forget everything when the power goes. */
const VOLATILE = ['tmpfs', 'ramfs'];

/**
 * Whether the state folder lies where a power cut leaves it, and whether the rest of the system may be read-only.
 * @param mounts text of /proc/self/mounts, proc(5)
 */
export function checkMount(path: string, mounts = readMounts()): Step {
  const entries = mounts.split('\n').flatMap((line) => {
    const [, point = '', type = '', options = ''] = line.split(' ');
    return point === '' ? [] : [{ point: unescape(point), type, isReadOnly: options.split(',').includes('ro') }];
  });
  const holding = (file: string) =>
    entries
      .filter(({ point }) => point === '/' || file === point || file.startsWith(`${point}/`))
      .toSorted((a, b) => a.point.length - b.point.length)
      .at(-1);
  const [state, root] = [holding(path), holding('/')];
  if (state === undefined) return skipped('mount', 'this system does not tell what is mounted where');
  const rest = root?.isReadOnly === true ? 'the root is read-only' : 'the root can be written, and need not be';
  if (state.isReadOnly) return failed('mount', 'state_unwritable', `${state.point} is mounted read-only`);
  if (VOLATILE.includes(state.type)) {
    const says = `${path} lies on ${state.type}, which may not outlive a restart: identity and readings would be lost`;
    return failed('mount', 'state_volatile', says);
  }
  return ok('mount', `${path} lies on ${state.type} at ${state.point}; ${rest}`);
}

function readMounts(): string {
  try {
    return readFileSync('/proc/self/mounts', 'utf8');
  } catch {
    return '';
  }
}

/** A space in a path stands there in octal. */
function unescape(point: string): string {
  return point.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
