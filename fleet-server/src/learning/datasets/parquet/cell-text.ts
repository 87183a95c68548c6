import type { ParquetParsers } from 'hyparquet';

const FURTHEST_MS = 8_640_000_000_000_000;

/** Moments as ISO 8601 text; one that no calendar holds is missing. */
export const TEXT_PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (ms) => momentText(ms),
  timestampFromMicroseconds: (micros) => momentText(BigInt(micros) / 1_000n),
  timestampFromNanoseconds: (nanos) => momentText(BigInt(nanos) / 1_000_000n),
  dateFromDays: (days) => momentText(BigInt(days ?? 0) * 86_400_000n)?.slice(0, 10),
};

function momentText(ms: bigint | undefined): string | undefined {
  if (ms === undefined || ms === null) return undefined;
  const time = Number(ms);
  return Math.abs(time) <= FURTHEST_MS ? new Date(time).toISOString() : undefined;
}

/** A decoded value as the cell of a table; null when it is bytes that are no text. NaN is missing. */
export function cellText(value: unknown, decimalScale: number | undefined): string | null {
  if (value === null || value === undefined) return '';
  if (decimalScale !== undefined) {
    const unscaled = unscaledOf(value);
    return unscaled === null ? null : decimalText(unscaled, decimalScale);
  }
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isNaN(value) ? '' : String(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return value instanceof Uint8Array ? textOf(value) : null;
}

function unscaledOf(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return BigInt(Math.trunc(value));
  if (!(value instanceof Uint8Array)) return null;
  // Two's complement, the most significant byte first.
  let unscaled = 0n;
  for (const byte of value) unscaled = (unscaled << 8n) | BigInt(byte);
  return BigInt.asIntN(8 * value.length, unscaled);
}

function decimalText(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? '-' : '';
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

function textOf(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}
