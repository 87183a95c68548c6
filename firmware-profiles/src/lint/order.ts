import { deviceSettings } from '@plumbline/shared/trust';
import { isObject } from '../compose.ts';
import { profile } from '../schema.ts';
import { source } from '../source.ts';
import type { Finding } from './problem.ts';

/** The order of the keys at each place where a file holds an object, taken from the schema. */
const ORDERS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(profile.shape),
  runtime: Object.keys(profile.shape.runtime.shape),
  'runtime.opsets': Object.keys(profile.shape.runtime.shape.opsets.shape),
  'runtime.refusedOperators[]': Object.keys(profile.shape.runtime.shape.refusedOperators.element.shape),
  precision: Object.keys(profile.shape.precision.shape),
  link: Object.keys(profile.shape.link.shape),
  bounds: deviceSettings.keyof().options,
  'sources[]': Object.keys(source.shape),
};

/** Keys that stand before a key they should follow. */
export function checkOrder(value: unknown, path = ''): Finding[] {
  if (Array.isArray(value)) return value.flatMap((item) => checkOrder(item, `${path}[]`));
  if (!isObject(value)) return [];
  const order = ORDERS[path] ?? [];
  const known = Object.keys(value).filter((key) => order.includes(key));
  const wrong = known.find((key, index) => index > 0 && order.indexOf(key) < order.indexOf(known[index - 1] ?? ''));
  const findings = wrong === undefined ? [] : [{ field: join(path, wrong), problem: misplaced(wrong, known, order) }];
  return [...findings, ...Object.entries(value).flatMap(([key, inner]) => checkOrder(inner, join(path, key)))];
}

function misplaced(key: string, present: readonly string[], order: readonly string[]): string {
  const next = present.find((other) => order.indexOf(other) > order.indexOf(key));
  return `stands out of order: it belongs before ${next}`;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
