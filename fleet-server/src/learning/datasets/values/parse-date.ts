export const DAY_MS = 86_400_000;

const MINUTE_MS = 60_000;

const ISO =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?\s?(?:Z|([+-])(\d{2}):?(\d{2})?)?)?$/i;
const AMERICAN = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;
const DOTTED = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/;

/**
 * `2024-06-30`, `2024-06-30 17:00`, `2024-06-30T17:00:00.000Z`, the same with an offset (`+02:00`), as German offices
 * write it, `30.6.2024`, or, as US open data do, `6/30/2024` (month first) → ms since epoch, read as UTC where no offset
 * says otherwise. Anything else, and days that do not exist, → null.
 */
export function parseDate(text: string): number | null {
  const trimmed = text.trim();
  const iso = ISO.exec(trimmed);
  if (iso) {
    const time = toTime(iso.slice(1, 8));
    return time === null ? null : time - offsetOf(iso[8], iso[9], iso[10]);
  }
  const american = AMERICAN.exec(trimmed);
  if (american) return toTime([american[3], american[1], american[2]]);
  const dotted = DOTTED.exec(trimmed);
  return dotted ? toTime([dotted[3], dotted[2], dotted[1]]) : null;
}

/** Whether this is a day written with slashes that can only be one way round. */
export function slashOrder(text: string): 'day-first' | 'month-first' | undefined {
  const [, first, second] = AMERICAN.exec(text.trim())?.map(Number) ?? [];
  if (first === undefined || second === undefined || first > 12 === second > 12) return undefined;
  return first > 12 ? 'day-first' : 'month-first';
}

/** Milliseconds that a local time is ahead of UTC. */
function offsetOf(sign: string | undefined, hours = '0', minutes = '0'): number {
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
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
