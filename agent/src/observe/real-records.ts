import type { ActivityRecord } from '@plumbline/shared/manifest';

/**
 * Real records of a device, at most so many: first what was asked, newest first, then what people planned and nobody has
 * asked yet. An activity that stands in both counts once.
 */
export function realRecords(
  asked: readonly ActivityRecord[],
  planned: readonly ActivityRecord[],
  count: number,
): ActivityRecord[] {
  const known = new Set(asked.map(({ activity }) => activity));
  const others = planned.filter(({ activity }) => activity === undefined || !known.has(activity));
  return [...asked, ...others].slice(0, Math.max(0, count));
}
