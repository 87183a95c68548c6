import { z } from 'zod';

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90s`, `15m`, `24h`, `7d`, or milliseconds as a number; milliseconds when parsed. */
export const duration = z.union(
  [
    z.number().int().nonnegative(),
    z
      .string()
      .regex(/^\d{1,9}(ms|s|m|h|d)$/, 'expected a whole number and a unit, such as 15m, 24h or 7d')
      .transform((text) => {
        const unit = text.replace(/^\d+/, '') as keyof typeof UNITS;
        return Number.parseInt(text, 10) * UNITS[unit];
      }),
  ],
  { error: 'expected a whole number and a unit, such as 15m, 24h or 7d' },
);
