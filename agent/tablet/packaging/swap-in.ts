import { rename, rm } from 'node:fs/promises';

/**
 * Puts a finished folder in the place of the one before. No file of either is ever written where somebody reads it; for
 * a moment there is neither, and a reader looks again.
 * @param fresh on the same disk
 */
export async function swapIn(fresh: string, place: string): Promise<void> {
  const before = `${fresh}.before`;
  await rm(before, { recursive: true, force: true });
  await rename(place, before).catch((error: unknown) => {
    const isFirst = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isFirst) throw error;
  });
  await rename(fresh, place);
  await rm(before, { recursive: true, force: true });
}
