import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { zoneNamed } from '../../../sites/register/index.ts';
import { RehearsalError } from '../errors.ts';
import { PRESETS } from './presets.ts';
import { scenario, type Scenario } from './scenario.ts';

/**
 * A scenario from YAML or JSON text.
 * @throws RehearsalError `scenario_malformed` naming field, line and column
 */
export function readScenario(text: string, file = 'scenario'): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const [broken] = document.errors;
  if (broken !== undefined) throw malformed('', broken.message, at(lines, file, broken.pos[0]));
  const parsed = scenario.safeParse(document.toJS() ?? {});
  if (parsed.success) return checked(parsed.data);
  const { issues } = parsed.error;
  // A field that is misspelt is told before the one that is missing because of it.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  // An unknown field is reported on the map around it: the field itself is what a reader wants to be shown.
  const key = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = [...(issue?.path ?? []), ...(key === undefined ? [] : [key])];
  const expected = key === undefined ? issue?.message : `one of ${knownFields(issue?.path ?? []).join(', ')}`;
  throw malformed(
    path.join('.'),
    key === undefined ? (issue?.message ?? 'malformed') : 'unknown field',
    at(lines, file, offsetOf(document, path)),
    expected,
  );
}

/** One of `PRESETS`. @throws RehearsalError `scenario_unknown` */
export function presetScenario(name: string): Scenario {
  if (Object.hasOwn(PRESETS, name)) return checked(scenario.parse(PRESETS[name]));
  throw new RehearsalError('scenario_unknown', `no scenario ${name}`, {
    field: 'scenario',
    expected: `a file, or one of ${Object.keys(PRESETS).join(', ')}`,
  });
}

/** JSON Schema (2020-12) of what may be written. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(scenario, { io: 'input', unrepresentable: 'any' });
  return { $schema, $id: 'https://plumbline.dev/schemas/scenario.json', title: 'Scenario of a rehearsal', ...rest };
}

/** What single fields cannot say. @throws RehearsalError `scenario_malformed` */
function checked(given: Scenario): Scenario {
  for (const [i, { from, until, share, site }] of given.outages.entries()) {
    if (until <= from) throw malformed(`outages.${i}.until`, 'an outage ends after it began', '', 'later than from');
    if (share !== undefined && site !== undefined) {
      throw malformed(`outages.${i}.share`, 'share and site exclude each other', '', 'one of them');
    }
  }
  for (const [i, failure] of given.failures.entries()) {
    if (failure.kind === 'disk-full' && failure.until !== undefined && failure.until <= failure.from) {
      throw malformed(`failures.${i}.until`, 'a disk is full until later than from', '', 'later than from');
    }
  }
  for (const [i, zone] of given.devices.zones.entries()) {
    if (zoneNamed(zone) === undefined)
      throw malformed(`devices.zones.${i}`, `${zone} is no time zone`, '', 'a name such as Europe/Oslo');
  }
  return given;
}

/** Where the deepest part of a path stands in the text. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent: unknown = document.getIn(path.slice(0, length - 1), true) ?? document.contents;
    const pair = isMap(parent)
      ? parent.items.find(({ key }) => isScalar(key) && key.value === path[length - 1])
      : undefined;
    const found: unknown = pair?.key ?? document.getIn(path.slice(0, length), true);
    const range: unknown = typeof found === 'object' && found !== null ? Reflect.get(found, 'range') : undefined;
    if (Array.isArray(range) && typeof range[0] === 'number') return range[0];
  }
  return 0;
}

function at(lines: LineCounter, file: string, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${file}:${line}:${col}: `;
}

function knownFields(path: readonly PropertyKey[]): string[] {
  let schema: unknown = z.toJSONSchema(scenario, { io: 'input', unrepresentable: 'any' });
  for (const part of path) {
    const properties: unknown = get(schema, 'properties');
    schema = typeof part === 'number' ? get(schema, 'items') : get(properties, String(part));
  }
  const options = [schema, ...((get(schema, 'oneOf') ?? get(schema, 'anyOf') ?? []) as unknown[])];
  return [...new Set(options.flatMap((one) => Object.keys((get(one, 'properties') ?? {}) as object)))];
}

function get(from: unknown, key: string): unknown {
  return typeof from === 'object' && from !== null ? Reflect.get(from, key) : undefined;
}

function malformed(field: string, what: string, where: string, expected?: string): RehearsalError {
  return new RehearsalError('scenario_malformed', `${where}${field === '' ? '' : `${field}: `}${what}`, {
    kind: 'invalid',
    ...(field !== '' && { field }),
    ...(expected !== undefined && { expected }),
  });
}
