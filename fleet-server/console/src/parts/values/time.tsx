import { Text } from '@mantine/core';

const STEPS: [unit: Intl.RelativeTimeFormatUnit, ms: number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];
const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** `5 minutes ago`; beyond a month the date says more. @param now ms */
export function ago(at: number, now: number): string {
  const ms = at - now;
  if (Math.abs(ms) > 31 * 86_400_000) return new Date(at).toISOString().slice(0, 10);
  const [unit, size] = STEPS.find(([, step]) => Math.abs(ms) >= step) ?? ['second', 1000];
  return words.format(Math.round(ms / size), unit);
}

/** In the zone of the site where there is one, else of the reader; the zone is always named. A device may say any number. */
export function clock(at: number, zone?: string): string {
  if (Number.isNaN(new Date(at).getTime())) return `${at} ms, which is no date`;
  return new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'medium',
    timeStyle: 'short',
    ...(zone === undefined ? {} : { timeZone: zone }),
  })
    .format(at)
    .concat(` ${zoneName(at, zone)}`);
}

function zoneName(at: number, zone?: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZoneName: 'short',
    ...(zone === undefined ? {} : { timeZone: zone }),
  }).formatToParts(at);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** How long ago by the clock of the server, and when exactly on hover. */
export function Ago({ at, now, zone }: { at: number | null | undefined; now: number; zone?: string | undefined }) {
  if (at === null || at === undefined) {
    return (
      <Text span c="dimmed" size="sm">
        never
      </Text>
    );
  }
  return (
    <time dateTime={new Date(at).toISOString()} title={clock(at, zone)}>
      {ago(at, now)}
    </time>
  );
}
