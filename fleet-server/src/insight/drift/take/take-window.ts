import {
  checkMerged,
  checkWindow,
  DriftError,
  mergeWindows,
  type DriftWindow,
  type Refusal,
} from '@plumbline/shared/drift';
import { and, driftDays, driftWindows, eq, type Db } from '../../../platform/db/index.ts';
import type { KnownArchive } from './archives.ts';

/** A window that ended so long before it came is not counted: nobody remembers whether it was counted already. */
export const OLDEST_MS = 730 * 86_400_000;

export interface SentWindow {
  device: string;
  site: string;
  receivedAt: number;
}

/** Adds a window to its day, unless it cannot be what it says. @returns why it is not counted */
export async function takeWindow(
  tx: Db,
  { device, site, receivedAt }: SentWindow,
  window: DriftWindow,
  archive: KnownArchive | undefined,
  now: number,
): Promise<Refusal | undefined> {
  if (archive === undefined || archive.line !== window.model) {
    return { code: 'window_version_unknown', field: 'sha256', expected: `an archive of ${window.model}` };
  }
  const { id, sha256, from, to } = window;
  if (to <= receivedAt - OLDEST_MS)
    return { code: 'window_past', field: 'to', expected: `> ${receivedAt - OLDEST_MS}` };
  const wrong = checkWindow(window, archive.reference, { receivedAt, releasedAt: archive.releasedAt });
  if (wrong !== undefined) return wrong;
  const [before] = await tx
    .select({ id: driftWindows.id })
    .from(driftWindows)
    .where(and(eq(driftWindows.device, device), eq(driftWindows.id, id)));
  if (before !== undefined)
    return { code: 'window_replayed', field: 'id', expected: 'one that was not counted before' };
  const isDay = and(
    eq(driftDays.device, device),
    eq(driftDays.site, site),
    eq(driftDays.sha256, sha256),
    eq(driftDays.fromAt, from),
    eq(driftDays.toAt, to),
  );
  const [day] = await tx.select().from(driftDays).where(isDay);
  const merged = merge(day && (JSON.parse(day.body) as DriftWindow), window);
  if ('code' in merged) return merged;
  await tx.insert(driftWindows).values({ device, id, sha256, fromAt: from, takenAt: now });
  const { count } = merged;
  const counts = { count, body: JSON.stringify(merged), takenAt: now };
  if (day === undefined) {
    const { line, version } = archive;
    const about = { device, site, line, version, sha256, fromAt: from, toAt: to, quarantined: 0 };
    await tx.insert(driftDays).values({ ...about, ...counts, windows: 1 });
  } else {
    await tx
      .update(driftDays)
      .set({ ...counts, windows: day.windows + 1 })
      .where(isDay);
  }
  return undefined;
}

/** Windows of a device come in order, so what an outcome speaks of was counted before it. */
function merge(before: DriftWindow | undefined, window: DriftWindow): DriftWindow | Refusal {
  try {
    const merged = mergeWindows(before === undefined ? [window] : [before, window]);
    return checkMerged(merged) ?? merged;
  } catch (error) {
    if (!(error instanceof DriftError)) throw error;
    return {
      code: 'window_bins_differ',
      field: error.field ?? 'features',
      expected: error.expected ?? 'the same bins',
    };
  }
}
