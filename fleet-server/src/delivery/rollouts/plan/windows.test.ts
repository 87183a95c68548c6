import { describe, expect, it } from 'vitest';
import type { TimeWindow } from './rollout-plan.ts';
import { freezeOn, isInWindow, wallTimeAt } from './windows.ts';

const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const window = (from: string, until: string, days: TimeWindow['days'] = [...EVERY_DAY]): TimeWindow => ({
  days,
  from,
  until,
});
const at = (iso: string, zone = 'UTC') => wallTimeAt(Date.parse(iso), zone);

describe('the clock on the wall', () => {
  it.each([
    ['2026-03-29T00:59:00Z', 'Europe/Berlin', { date: '2026-03-29', weekday: 'sun', time: '01:59' }],
    // The hour from two to three is left out.
    ['2026-03-29T01:00:00Z', 'Europe/Berlin', { date: '2026-03-29', weekday: 'sun', time: '03:00' }],
    // The hour from two to three comes twice.
    ['2026-10-25T00:30:00Z', 'Europe/Berlin', { date: '2026-10-25', weekday: 'sun', time: '02:30' }],
    ['2026-10-25T01:30:00Z', 'Europe/Berlin', { date: '2026-10-25', weekday: 'sun', time: '02:30' }],
    ['2026-12-31T23:30:00Z', 'Pacific/Auckland', { date: '2027-01-01', weekday: 'fri', time: '12:30' }],
    ['2026-01-01T00:00:00Z', 'America/St_Johns', { date: '2025-12-31', weekday: 'wed', time: '20:30' }],
    ['2026-01-01T00:00:00Z', 'UTC', { date: '2026-01-01', weekday: 'thu', time: '00:00' }],
  ])('shows at %s in %s %j', (iso, zone, wall) => expect(at(iso, zone)).toEqual(wall));
});

describe('a window', () => {
  it.each<[string, TimeWindow, string, boolean]>([
    ['opens with its first minute', window('08:00', '17:00'), '2026-01-05T08:00:00Z', true],
    ['is shut in its last', window('08:00', '17:00'), '2026-01-05T17:00:00Z', false],
    ['is shut before', window('08:00', '17:00'), '2026-01-05T07:59:59Z', false],
    ['is shut on other days', window('08:00', '17:00', ['tue']), '2026-01-05T09:00:00Z', false],
    ['passes midnight', window('22:00', '04:00'), '2026-01-05T03:59:00Z', true],
    ['passes midnight from the day it opened', window('22:00', '04:00', ['mon']), '2026-01-06T03:00:00Z', true],
    ['does not open the night before', window('22:00', '04:00', ['mon']), '2026-01-05T03:00:00Z', false],
    ['passes the end of the week', window('22:00', '04:00', ['sun']), '2026-01-05T03:00:00Z', true],
    ['from a time until the same is a whole day', window('06:00', '06:00', ['mon']), '2026-01-06T05:59:00Z', true],
    ['which ends', window('06:00', '06:00', ['mon']), '2026-01-06T06:00:00Z', false],
  ])('%s', (_, of, iso, isOpen) => expect(isInWindow(of, at(iso))).toBe(isOpen));
});

describe('a freeze date', () => {
  const freeze = { from: '2026-12-24', until: '2026-12-26', reason: 'holidays' };
  it.each([
    ['2026-12-23T23:00:00Z', 'UTC', false],
    ['2026-12-23T23:00:00Z', 'Europe/Berlin', true],
    ['2026-12-26T22:59:00Z', 'Europe/Berlin', true],
    ['2026-12-26T23:00:00Z', 'Europe/Berlin', false],
  ])('counts by the day of the site: %s in %s', (iso, zone, isFrozen) => {
    expect(freezeOn([freeze], at(iso, zone)) !== undefined).toBe(isFrozen);
  });
});
