/** What a person types for "nothing here". */
const MISSING = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '-', '?']);

export function isMissing(text: string): boolean {
  return MISSING.has(text.trim().toLowerCase());
}

/** `inf`, `-Infinity` and the like: a number that nothing can be learned from. */
export function isInfinite(text: string): boolean {
  return /^[+-]?(inf|infinity|∞)$/i.test(text.trim());
}

/** The graph takes float32: what is larger becomes infinite there. */
export const LARGEST_NUMBER = 3.4028234663852886e38;

const NUMBER = /^[+-]?(\d{1,3}(,\d{3})+|\d*)(\.\d*)?([eE][+-]?\d+)?$/;

/** A finite number as spreadsheets write it (thousands commas, a leading `$`), otherwise null. */
export function parseNumber(text: string): number | null {
  const plain = text.trim().replace(/^\$/, '');
  if (!/\d/.test(plain) || !NUMBER.test(plain)) return null;
  const value = Number(plain.replaceAll(',', ''));
  return Number.isFinite(value) ? value : null;
}
