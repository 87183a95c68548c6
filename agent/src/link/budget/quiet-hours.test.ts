import { expect, it } from 'vitest';
import { quietUntil } from './quiet-hours.ts';

const at = (hour: number, minute = 0, ms = 0) => Date.UTC(2026, 0, 11, hour, minute, 0, ms);
const [SIX, TEN] = [6 * 60, 10 * 60];

it.each([
  ['before they begin', at(5, 59, 59_999), SIX, TEN, undefined],
  ['as they begin', at(6), SIX, TEN, at(10)],
  ['in their last millisecond', at(9, 59, 59_999), SIX, TEN, at(10)],
  ['as they end', at(10), SIX, TEN, undefined],
  ['over midnight, in the evening', at(22), 22 * 60, SIX, at(30)],
  ['over midnight, in the morning', at(0), 22 * 60, SIX, at(6)],
  ['over midnight, as they end', at(6), 22 * 60, SIX, undefined],
  ['over midnight, before they begin', at(21, 59), 22 * 60, SIX, undefined],
  ['until midnight', at(23), 22 * 60, 0, at(24)],
  ['of no length', at(6), SIX, SIX, undefined],
  ['without a beginning', at(6), undefined, SIX, undefined],
])('quiet hours %s', (_what, now, from, until, end) => {
  expect(quietUntil(now, from, until)).toBe(end);
});
