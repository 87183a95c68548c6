import { sleep } from '@plumbline/shared/ports';
import { toHex } from '@plumbline/shared/trust';
import type { NotNearby, Ports } from '../ports/index.ts';
import { archivePath } from '../store/keys.ts';
import type { Target } from '../update/index.ts';
import type { InstallDeps, StepInput } from './step.ts';

/** A small bundle is at the gateway in a second or two; who waits for a large one asks less and less often. */
const ASK_AGAIN_FIRST_MS = 1000;
const ASK_AGAIN_MS = 10_000;
/** How long a gateway is waited for that is fetching the bundle itself: then the site pays for it twice. */
const PATIENCE_MS = 30 * 60_000;
/** One order goes to all devices of a site at once: a gateway that has not heard of it yet is asked again for so long. */
const NOT_HEARD_YET_MS = 60_000;

/**
 * Copies the archive from somebody near, so that a site fetches a release once. What comes is believed by length and
 * hash alone, which are signed; where there is nobody, or nothing right, it is fetched from the server as ever.
 * @returns true when the archive lies on the disk
 */
export async function copyFromNearby(deps: InstallDeps, { target, signal }: StepInput): Promise<boolean> {
  const { nearby, clock, files, event } = deps;
  if (nearby === undefined) return false;
  if ((await readCopy(deps, target)) !== undefined) return true;
  const { model: line, sha256 } = target;
  const began = clock.now();
  let because: NotNearby | undefined;
  let waitMs = ASK_AGAIN_FIRST_MS;
  while (!signal.aborted) {
    const said = await nearby.bundle(sha256, target.length, signal);
    if ('archive' in said) {
      if (await isRight(deps, target, said.archive)) {
        await files.write(archivePath(sha256), 0, said.archive);
        await files.sync([archivePath(sha256)]);
        event('copied_from_nearby', { line, sha256, from: said.from });
        return true;
      }
      because = { code: 'other_bytes', detail: `${said.from} gave other bytes than were signed` };
      break;
    }
    because = 'absent' in said ? said.absent : { code: 'never_came', detail: `${said.coming} was waited for in vain` };
    if (clock.now() - began >= patienceMs(because)) break;
    await sleep(clock, waitMs, signal);
    waitMs = Math.min(2 * waitMs, ASK_AGAIN_MS);
  }
  if (because !== undefined && !signal.aborted) {
    event('not_nearby', { line, sha256, because: because.code, detail: because.detail });
  }
  return false;
}

function patienceMs({ code }: NotNearby): number {
  return code === 'never_came' ? PATIENCE_MS : code === 'not_there' ? NOT_HEARD_YET_MS : 0;
}

type CopyDeps = Pick<Ports, 'files' | 'crypto'>;

/** The archive that was copied, whole; undefined when there is none, or no longer. */
export async function readCopy(deps: CopyDeps, target: Target): Promise<Uint8Array | undefined> {
  const copy = await deps.files.read(archivePath(target.sha256));
  return copy !== undefined && (await isRight(deps, target, copy)) ? copy : undefined;
}

async function isRight({ crypto }: CopyDeps, target: Target, archive: Uint8Array): Promise<boolean> {
  return archive.length === target.length && toHex(await crypto.sha256(archive)) === target.sha256;
}
