import { CLASS_OF, PRIORITY, type Row, type StreamClass } from '@plumbline/shared/wire';
import { stored } from '../../store/json.ts';
import type { Heads } from './head.ts';

/**
 * What is given up first when there is no room: predictions are many and their counts live on in the evidence. Events
 * go last, so that a flood of them cannot close the door to people; what people wrote is never given up.
 */
export const DROP_ORDER: readonly StreamClass[] = ['diagnostics', 'predictions', 'evidence', 'reports'];

/** Classes whose rows grow old: what people wrote, and what happened to this agent, is told however late. */
export const EXPIRING: readonly StreamClass[] = ['diagnostics', 'predictions', 'evidence'];

/** Share of the budget that one class may take by itself, whatever room there is. */
const SHARE: Record<StreamClass, number> = {
  entries: 1,
  reports: 0.25,
  predictions: 0.9,
  evidence: 0.9,
  diagnostics: 0.5,
  photos: 0.5,
};

/** Never dropped: what does not fit any more is refused to whoever makes it. */
const MADE_BY_PEOPLE: readonly StreamClass[] = ['entries', 'photos'];

/** How far dropping goes below a limit, so that not every further row drops one more. */
const SHRINK_TO = 0.9;

/** Bytes that have to leave this class now; 0 while it and all together stay within their limits. */
export function bytesToFree(heads: Heads, of: StreamClass, budgetBytes: number): number {
  const usedBytes = PRIORITY.reduce((total, one) => total + heads[one].sizeBytes, 0);
  const overAll = usedBytes > budgetBytes ? usedBytes - budgetBytes * SHRINK_TO : 0;
  const ownBytes = limitOf(of, budgetBytes);
  const overOwn = heads[of].sizeBytes > ownBytes ? heads[of].sizeBytes - ownBytes * SHRINK_TO : 0;
  return Math.max(overAll, overOwn);
}

/** What people made in these rows, in bytes of the store, by class. */
export function peoplesBytes(rows: readonly Row[]): Map<StreamClass, number> {
  const bytes = new Map<StreamClass, number>();
  for (const row of rows) {
    const of = CLASS_OF[row.kind];
    if (MADE_BY_PEOPLE.includes(of)) bytes.set(of, (bytes.get(of) ?? 0) + stored(row).length);
  }
  return bytes;
}

/** What a class may take by itself. */
export function limitOf(of: StreamClass, budgetBytes: number): number {
  return budgetBytes * SHARE[of];
}
