import type { Derivation } from './derivation.ts';

const MONTHS: readonly [number, number] = [1, 12];
const NEVER = 'never';

/** From the moment of the prediction alone, in UTC. */
export const OF_CALENDAR: Readonly<Record<string, Derivation>> = {
  'as-of-month@1': {
    range: MONTHS,
    seasonal: true,
    needs: 'nothing',
    about: 'Month of the moment the prediction is for, 1 = January, in UTC.',
    missing: NEVER,
    derive: ({ record }) => new Date(record.asOf).getUTCMonth() + 1,
  },
  'as-of-weekday@1': {
    range: [1, 7],
    needs: 'nothing',
    about: 'Day of the week of the moment the prediction is for, 1 = Monday, in UTC.',
    missing: NEVER,
    derive: ({ record }) => ((new Date(record.asOf).getUTCDay() + 6) % 7) + 1,
  },
  'season-sine@1': {
    range: [-1, 1],
    seasonal: true,
    needs: 'nothing',
    about: 'Sine of the part of the year that has passed, so that December and January are neighbours; six decimals.',
    missing: NEVER,
    derive: ({ record }) => rounded(Math.sin(yearAngle(record.asOf))),
  },
  'season-cosine@1': {
    range: [-1, 1],
    seasonal: true,
    needs: 'nothing',
    about: 'Cosine of the part of the year that has passed: 1 in January, −1 in July; six decimals.',
    missing: NEVER,
    derive: ({ record }) => rounded(Math.cos(yearAngle(record.asOf))),
  },
};

function yearAngle(at: number): number {
  const year = new Date(at).getUTCFullYear();
  const from = Date.UTC(year, 0);
  return (2 * Math.PI * (at - from)) / (Date.UTC(year + 1, 0) - from);
}

/** Engines differ in the last digits of sine and cosine; the gateway and the tablet must not. */
function rounded(value: number): number {
  // Adding zero takes the sign from −0.
  return Math.round(value * 1e6) / 1e6 + 0;
}
