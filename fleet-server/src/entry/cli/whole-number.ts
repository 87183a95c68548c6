import { CodedError } from '@plumbline/shared/errors';

/** @throws CodedError `config_invalid` naming the flag */
export function wholeNumber(field: string, given: string, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}): number {
  const value = /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (value >= min && value <= max) return value;
  const expected = max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min} on` : `a whole number, ${min}–${max}`;
  throw new CodedError('config_invalid', `${field}: ${given}`, { field, expected });
}
