import type { DeviceSettings } from '@plumbline/shared/trust';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

type WindowSettings = Pick<DeviceSettings, 'installFromMinute' | 'installUntilMinute'>;

/**
 * When the window for installs opens next, ms; undefined while it is open. Minutes of the day, UTC; the end is not in
 * it. From > until passes midnight; from = until, or only one of them, is a whole day.
 */
export function windowOpensAt(settings: WindowSettings, now: number): number | undefined {
  const { installFromMinute: from, installUntilMinute: until } = settings;
  if (from === undefined || until === undefined || from === until) return undefined;
  const minutes = Math.floor(now / MINUTE_MS);
  const minute = ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
  const isOpen = from < until ? minute >= from && minute < until : minute >= from || minute < until;
  if (isOpen) return undefined;
  const waitMinutes = (from - minute + DAY_MINUTES) % DAY_MINUTES;
  return (minutes + waitMinutes) * MINUTE_MS;
}
