import { expect, test } from 'vitest';
import { formatDay, parseDate, slashOrder } from './parse-date.ts';
import { isMissing, parseNumber } from './parse-number.ts';

test.each<[string, number | null]>([
  ['12', 12],
  [' 1,234.5 ', 1234.5],
  ['$70000.0', 70000],
  ['-3e2', -300],
  ['.5', 0.5],
  ['1,23', null],
  ['DOER', null],
  ['NaN', null],
  ['Infinity', null],
  ['1e999', null],
  ['', null],
  ['-', null],
  ['0x10', null],
])('%j read as a number is %j', (text, value) => {
  expect(parseNumber(text)).toBe(value);
});

test.each<[string, string | null]>([
  ['6/30/2024', '2024-06-30'],
  ['2024-06-30', '2024-06-30'],
  ['2024-06-30 17:00', '2024-06-30'],
  ['2024-06-30T17:00:00.000Z', '2024-06-30'],
  ['2024-06-30T01:30:00+02:00', '2024-06-29'],
  ['2024-06-30T23:30:00-0500', '2024-07-01'],
  ['2024-06-30 12:00:00 +02', '2024-06-30'],
  ['30.6.2024', '2024-06-30'],
  ['6.30.2024', null],
  ['2/29/2023', null],
  ['13/1/2024', null],
  ['2024-06-30 25:00', null],
  ['PNS', null],
  ['20240630', null],
])('%j read as a date is %j', (text, day) => {
  const time = parseDate(text);
  expect(time === null ? null : formatDay(time)).toBe(day);
});

test('an offset is counted to the minute', () => {
  expect(parseDate('2024-06-30T17:00:00+05:30')).toBe(Date.UTC(2024, 5, 30, 11, 30));
});

test.each<[string, ReturnType<typeof slashOrder>]>([
  ['30/6/2024', 'day-first'],
  ['6/30/2024', 'month-first'],
  ['6/7/2024', undefined],
  ['30/31/2024', undefined],
  ['30.6.2024', undefined],
])('%j has its parts in an order that can only be %j', (text, order) => {
  expect(slashOrder(text)).toBe(order);
});

test('what people write for nothing is missing, a code is not', () => {
  expect(['', ' ', 'NA', 'n/a', 'NaN', 'null', '-'].every(isMissing)).toBe(true);
  expect(['PNS', '0', 'no'].some(isMissing)).toBe(false);
});
