import type { WallTime } from '../../activity/schedule/schedule.ts';
import type { ProblemList } from '../problems.ts';
import { parseDuration, parseNumber, parseWallTime } from '../values.ts';
import { textOf, type XmlElement } from './elements.ts';

/** Values of one element; what is none is a problem at its path, and absent. */
export interface ElementReader {
  text(name: string): string | undefined;
  date(name: string): WallTime | undefined;
  duration(name: string): number | undefined;
  number(name: string): number | undefined;
  /** Tenths of a minute as ms. */
  tenths(name: string): number | undefined;
  flag(name: string): boolean;
}

/** Some exporters write these for "none". */
const NO_DATE = new Set(['NA', '1899-12-30T00:00:00', '2049-12-31T23:59:00']);
const TENTH_MS = 6_000;

export function createElementReader(element: XmlElement, at: string, problems: ProblemList): ElementReader {
  const read = <Value>(name: string, parse: (text: string) => Value | undefined, code: string, expected: string) => {
    const text = textOf(element, name);
    if (text === undefined) return undefined;
    const value = parse(text);
    if (value === undefined) problems.add(code, `${at}/${name}`, name, `'${text.slice(0, 40)}' is none`, expected);
    return value;
  };
  const number = (name: string) => read(name, parseNumber, 'xml_number_invalid', 'a number');
  return {
    text: (name) => textOf(element, name),
    date: (name) =>
      NO_DATE.has(textOf(element, name) ?? 'NA')
        ? undefined
        : read(name, parseWallTime, 'xml_date_invalid', 'YYYY-MM-DDTHH:MM:SS'),
    duration: (name) => read(name, parseDuration, 'xml_duration_invalid', 'PT…H…M…S'),
    number,
    tenths(name) {
      const value = number(name);
      return value === undefined ? undefined : Math.round(value * TENTH_MS);
    },
    flag: (name) => ['1', 'true'].includes(textOf(element, name) ?? '0'),
  };
}
