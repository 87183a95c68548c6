import { expect, it } from 'vitest';
import { dayStart } from './day-start.ts';

it.each([
  ['an evening that is the next day in the zone', 'Asia/Tokyo', '2026-03-01T16:30:00Z', '2026-03-01T15:00:00Z'],
  ['a zone behind', 'America/New_York', '2026-07-01T03:00:00.250Z', '2026-06-30T04:00:00Z'],
  ['midnight itself', 'Europe/Berlin', '2026-07-01T22:00:00Z', '2026-07-01T22:00:00Z'],
  ['the day that lost an hour', 'Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00Z'],
  ['the day that has one more', 'Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-24T22:00:00Z'],
  ['half an hour beside the others', 'Asia/Kolkata', '2026-07-01T00:00:00Z', '2026-06-30T18:30:00Z'],
])('a day begins at midnight on site: %s', (_what, zone, at, began) => {
  expect(new Date(dayStart(Date.parse(at), zone)).toISOString()).toBe(new Date(began).toISOString());
});

it('without a zone, or with one nobody knows, it is the day of the tablet', () => {
  const at = Date.parse('2026-07-01T12:34:56Z');
  const here = new Date(at).setHours(0, 0, 0, 0);
  expect([dayStart(at), dayStart(at, 'Nowhere/Land')]).toEqual([here, here]);
});
