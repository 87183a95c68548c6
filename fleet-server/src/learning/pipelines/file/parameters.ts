import { PipelineError } from '../errors.ts';
import type { Parameter, Scalar } from './spec.ts';

/**
 * The values of a run: what was said, else the defaults. A text is read as the type asks, as a command line has only texts.
 * @throws PipelineError `pipeline_parameter` naming `set.NAME`
 */
export function resolveParameters(
  parameters: Readonly<Record<string, Parameter>>,
  set: Readonly<Record<string, unknown>>,
): Record<string, Scalar> {
  const strange = Object.keys(set).find((one) => !Object.hasOwn(parameters, one));
  if (strange !== undefined) {
    const known = Object.keys(parameters);
    throw refuse(strange, 'no such parameter', known.length === 0 ? 'none: it has no parameters' : known.join(' | '));
  }
  const values = Object.entries(parameters).map(([name, one]): [string, Scalar] => {
    const given = Object.hasOwn(set, name) ? set[name] : one.default;
    if (given === undefined) throw refuse(name, 'has no value', `a ${one.type}: it has no default`);
    return [name, valueOf(name, one, given)];
  });
  return Object.fromEntries(values);
}

/** @throws PipelineError `pipeline_parameter` */
export function valueOf(name: string, { type, oneOf }: Parameter, given: unknown): Scalar {
  const value = read(type, given);
  if (value === undefined) throw refuse(name, `${JSON.stringify(given)?.slice(0, 100)} is no ${type}`, `a ${type}`);
  if (oneOf !== undefined && !oneOf.includes(value)) {
    throw refuse(name, `${JSON.stringify(value)} is not one of its values`, oneOf.join(' | '));
  }
  return value;
}

function read(type: Parameter['type'], given: unknown): Scalar | undefined {
  if (type === 'string') return typeof given === 'string' ? given : undefined;
  if (type === 'boolean') return typeof given === 'boolean' ? given : { true: true, false: false }[String(given)];
  const number = typeof given === 'string' && given.trim() !== '' ? Number(given) : given;
  if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
  return type === 'integer' && !Number.isInteger(number) ? undefined : number;
}

function refuse(name: string, what: string, expected: string): PipelineError {
  return new PipelineError('pipeline_parameter', `${name}: ${what}`, { field: `set.${name}`, expected });
}
