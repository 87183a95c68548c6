export const DAY_MS = 24 * 3_600_000;

/** A time as TUF metadata writes it (section 4.2.1 of the specification): UTC, whole seconds, rounded down. */
export function tufDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
