import { generateDataset } from '../../fleet-server/src/learning/training/generated-dataset.ts';

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2024, 0, 1);
/** What the generator calls them, and what a site office does. */
const NAMES = { n0: 'rain_days', n1: 'crew_gap', n2: 'slack' } as const;
const SIGNAL = 1.5;

export const HEADER = `id,start,planned_end,late,${Object.values(NAMES).join(',')}`;

export interface TableOptions {
  seed: number;
  rows: number;
  /** Days after the first day of 2024 on which the first one starts. */
  fromDay?: number;
  /** What was late is in time: by a mistake, or because the world has changed. */
  isSwapped?: boolean;
}

/** Lines of a CSV as a site office keeps one: a start, a planned end, whether it was late, and what was known. */
export function activities({ seed, rows, fromDay = 0, isSwapped = false }: TableOptions): string[] {
  const day = (at: number) => new Date(FIRST_DAY + fromDay * DAY_MS + at).toISOString().slice(0, 10);
  return generateDataset({ seed, rows, signal: SIGNAL }).examples.map(({ startAt, dueAt, label, values }, row) =>
    [
      `A-${fromDay + row}`,
      day(startAt),
      day(dueAt),
      isSwapped ? 1 - label : label,
      ...Object.keys(NAMES).map((name) => values[name] ?? ''),
    ].join(','),
  );
}

/** Activities that begin now, as a device is asked about them. @param rain days by which it rains more than it did */
export function records(seed: number, count: number, rain = 0) {
  const asOf = Date.now();
  return generateDataset({ seed, rows: count, signal: SIGNAL }).examples.map(({ values }) => {
    const number = (name: keyof typeof NAMES) => (typeof values[name] === 'number' ? values[name] : null);
    const days = number('n0');
    return {
      values: { rain_days: days === null ? null : days + rain, crew_gap: number('n1'), slack: number('n2') },
      asOf,
    };
  });
}
