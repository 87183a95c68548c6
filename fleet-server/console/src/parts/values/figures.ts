/** `–` where nobody knows it. */
export function figure(value: number | null | undefined, digits = 3): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits);
}

/** `1,234`. */
export function whole(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toLocaleString('en');
}

/** @param share 0…1 */
export function percent(share: number | null | undefined, digits = 1): string {
  return share === null || share === undefined || !Number.isFinite(share)
    ? '–'
    : `${(share * 100).toFixed(digits).replace('-', '−')}\u{a0}%`;
}

/** `0.132 (0.120 … 0.144)`. */
export function withBounds(value: number | null, low: number | null, high: number | null, digits = 3): string {
  return low === null || high === null
    ? figure(value, digits)
    : `${figure(value, digits)} (${figure(low, digits)} … ${figure(high, digits)})`;
}

/** `< 0.001` rather than a row of zeros. */
export function chance(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}

/** Enough of a hash to tell versions apart. */
export function short(hash: string): string {
  return hash.length > 16 ? hash.slice(0, 10) : hash;
}

/** `1 row`, `2 rows`. */
export function counted(n: number, noun: string): string {
  return `${whole(n)} ${noun}${n === 1 ? '' : 's'}`;
}

export function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** `3 min 20 s`; what has just begun may lie ahead of the clock that a page keeps. */
export function lasted(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `12.3 KB`. */
export function size(sizeBytes: number): string {
  if (sizeBytes < 1000) return `${sizeBytes} B`;
  return sizeBytes < 1_000_000 ? `${(sizeBytes / 1000).toFixed(1)} KB` : `${(sizeBytes / 1_000_000).toFixed(1)} MB`;
}

/** A figure with what can be read of it, a hash with what tells it apart; the log has them whole. */
export function brief(value: unknown): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toPrecision(4);
  return shown(value).replaceAll(/[0-9a-f]{64}/g, short);
}

/** Any value of a document in one line. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
