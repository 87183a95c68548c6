import { CodedError } from '@plumbline/shared/errors';
import { datasetVersion } from '../../../learning/datasets/index.ts';
import { GRACE_WORKING_DAYS } from './calibration.ts';
import { createCalendar } from './calendar.ts';
import { createDraw } from './draw.ts';
import { exampleOf, FEATURES } from './example-of.ts';
import { REGIONS } from './assumptions.ts';
import { simulateSite } from './simulate-site.ts';
import { createMarket } from './subcontractors.ts';
import type { Dataset } from '../../../learning/datasets/index.ts';

export class GeneratorError extends CodedError<'generator_option'> {
  override readonly name = 'GeneratorError';
}

export interface GenerateOptions {
  seed?: number;
  /** 1–64. */
  sites?: number;
  /** Years that the examples are due in, both included. */
  firstYear?: number;
  lastYear?: number;
}

/**
 * Made-up construction activities for a demo without data: seeded, so the same options give the same version.
 * Never to be described as real; `reader` is `generated`, and `calibration.ts` says what it was set to and
 * when its world changes. As in a snapshot of real data, an activity counts only when it is due before the end.
 */
export function generateDataset(options: GenerateOptions = {}): Dataset {
  const { seed = 7, sites = 8, firstYear = 2019, lastYear = 2025 } = options;
  requireWithin('sites', sites, 1, 64);
  requireWithin('firstYear', firstYear, 1990, lastYear);
  requireWithin('lastYear', lastYear, firstYear, 2100);
  const [from, to] = [Date.UTC(firstYear, 0, 1), Date.UTC(lastYear + 1, 0, 1)];
  // A year before, so that the first year is not all beginnings; years after, because late projects run on.
  const calendar = createCalendar(Date.UTC(firstYear - 1, 0, 1), Date.UTC(lastYear + 6, 0, 1));
  const market = createMarket(createDraw(seed));
  const examples = Array.from({ length: sites }, (_, place) =>
    simulateSite({
      site: `site-${String(place + 1).padStart(2, '0')}`,
      region: REGIONS[place % REGIONS.length]!,
      firstDay: 0,
      lastDay: calendar.dayAt(to),
      calendar,
      market,
      // A stream of its own for each site: more sites leave the others as they are.
      draw: createDraw(seed * 1_000 + place + 1),
    }),
  )
    .flat()
    .map((performed) => exampleOf(performed, calendar))
    .filter((example) => example.dueAt >= from && example.knownAt < to)
    // What starts after it was due needs no prediction: everybody knows.
    .filter((example) => example.startAt < example.knownAt)
    .toSorted((a, b) => a.startAt - b.startAt || (a.ref < b.ref ? -1 : 1));
  const made = {
    features: FEATURES,
    target: `the activity ended more than ${GRACE_WORKING_DAYS} working days after its planned finish (generated, not real)`,
    split: 'time' as const,
    examples,
  };
  return {
    name: 'generated',
    version: datasetVersion(made),
    reader: 'generated',
    sources: [],
    ...made,
    rejected: [],
    counts: { kept: examples.length },
  };
}

function requireWithin(field: string, value: number, low: number, high: number): void {
  if (Number.isInteger(value) && value >= low && value <= high) return;
  throw new GeneratorError('generator_option', `${field} is ${value}`, {
    field,
    expected: `an integer from ${low} to ${high}`,
  });
}
