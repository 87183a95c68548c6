export const DAY_MS = 86_400_000;

const ISO = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?Z?)?$/;
const AMERICAN = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;

/**
 * `2024-06-30`, `2024-06-30 17:00`, `2024-06-30T17:00:00.000Z` or, as US open data writes it, `6/30/2024` (month first)
 * → ms since epoch, read as UTC. Anything else, and days that do not exist, → null.
 */
export function parseDate(text: string): number | null {
  const trimmed = text.trim();
  const iso = ISO.exec(trimmed);
  if (iso) return toTime(iso.slice(1));
  const american = AMERICAN.exec(trimmed);
  if (american) return toTime([american[3], american[1], american[2]]);
  return null;
}

function toTime(parts: readonly (string | undefined)[]): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, fraction = 0] = parts.map((part) =>
    Number(part ?? 0),
  );
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(time);
  const exists =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  return exists ? time + Math.floor(fraction * 1000 + 1e-6) : null;
}

/** `2024-06-30`. */
export function formatDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
