import { fetchPath } from '../store/keys.ts';
import type { UpdateInput } from '../update/index.ts';
import { openProgress } from './fetch-progress.ts';
import { copyFromNearby } from './nearby.ts';
import { misfitOf } from './preflight/misfit.ts';
import { notNow, stopsFetching } from './preflight/not-now.ts';
import type { InstallDeps, StepInput } from './step.ts';

/**
 * Copies the bundle from somebody near, or fetches the payload block by block, one request at a time, so that a kill at any moment costs one block at most:
 * bytes are synced first and marked second. The network is waited for; it never fails an update.
 */
export async function fetchPayload(deps: InstallDeps, step: StepInput): Promise<UpdateInput | undefined> {
  const { target, signal } = step;
  const { sha256 } = target.payload;
  // Refused or put off before a byte travels.
  const unable = misfitOf(deps, target) ?? (await notNow(deps, step, 'copy'));
  if (unable !== undefined) return unable;
  if (await copyFromNearby(deps, step)) return { type: 'fetched' };
  const wait = await notNow(deps, step, 'fetch');
  if (wait !== undefined) return wait;
  const progress = await openProgress(deps, target);
  if (progress.uncounted > 0) deps.refetching(progress.uncounted);
  const path = fetchPath(sha256);
  for (const { offset, length } of progress.missing()) {
    const stop = stopsFetching(deps, step, progress.leftBytes());
    if (stop !== undefined) return stop;
    const bytes = await deps.blocks.request({ ref: { sha256 }, offset, length }, signal);
    if (bytes === undefined) return undefined;
    await deps.files.write(path, offset, bytes);
    await deps.files.sync([path]);
    await progress.mark(offset);
  }
  return { type: 'fetched' };
}
