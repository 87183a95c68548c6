import { isDeepStrictEqual } from 'node:util';
import { requireUnderstood, type Schema } from './schema.ts';

/**
 * What of a value does not fit a schema; nothing when it fits.
 * @param schemas all that may be referred to, by `$id`
 * @throws when a schema uses a keyword or a reference that is not known
 */
export function differences(value: unknown, id: string, schemas: ReadonlyMap<string, Schema>): string[] {
  const root = schemas.get(id);
  if (root === undefined) throw new Error(`no schema ${id}`);
  return judge(value, root, { at: '$', root, schemas });
}

interface Place {
  at: string;
  /** The document that `#/$defs/…` speaks of. */
  root: Schema;
  schemas: ReadonlyMap<string, Schema>;
}

function judge(value: unknown, schema: Schema, place: Place): string[] {
  requireUnderstood(schema, place.at);
  return [
    ...referred(value, schema, place),
    ...plain(value, schema).map((what) => `${place.at}: ${what}`),
    ...(Array.isArray(value) ? list(value, schema, place) : []),
    ...(isObject(value) ? members(value, schema, place) : []),
    ...choices(value, schema, place),
  ];
}

function referred(value: unknown, { $ref }: Schema, place: Place): string[] {
  if ($ref === undefined) return [];
  const name = /^#\/\$defs\/(.+)$/.exec($ref)?.[1];
  const root = name === undefined ? place.schemas.get($ref) : place.root;
  const schema = name === undefined ? root : root?.$defs?.[name];
  if (root === undefined || schema === undefined) throw new Error(`${place.at}: no schema ${$ref}`);
  return judge(value, schema, { ...place, root });
}

function plain(value: unknown, schema: Schema): string[] {
  const wrong: string[] = [];
  const types = schema.type === undefined ? undefined : [schema.type].flat();
  if (types !== undefined && !types.some((type) => isOfType(value, type))) wrong.push(`is no ${types.join(' | ')}`);
  if ('const' in schema && !isDeepStrictEqual(value, schema.const)) wrong.push(`is not ${String(schema.const)}`);
  if (schema.enum !== undefined && !schema.enum.includes(value)) wrong.push(`is none of ${schema.enum.join(', ')}`);
  if (typeof value === 'string') {
    if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value))
      wrong.push(`not ${schema.pattern}`);
    if ([...value].length < (schema.minLength ?? 0)) wrong.push('is too short');
  }
  if (typeof value === 'number' && value <= (schema.exclusiveMinimum ?? -Infinity)) wrong.push('is too small');
  return wrong;
}

function list(items: unknown[], { items: schema, minItems = 0, maxItems = Infinity }: Schema, place: Place): string[] {
  const isOfLength = items.length >= minItems && items.length <= maxItems;
  return [
    ...(isOfLength ? [] : [`${place.at}: has ${items.length} items`]),
    ...(schema === undefined
      ? []
      : items.flatMap((item, i) => judge(item, schema, { ...place, at: `${place.at}[${i}]` }))),
  ];
}

function members(value: Record<string, unknown>, schema: Schema, place: Place): string[] {
  const { required = [], properties = {}, additionalProperties: others = true, minProperties = 0 } = schema;
  const missing = required.filter((name) => !Object.hasOwn(value, name)).map((name) => `${place.at}: lacks ${name}`);
  const tooFew = Object.keys(value).length < minProperties ? [`${place.at}: has too few members`] : [];
  const inside = Object.entries(value).flatMap(([name, member]) => {
    const at = `${place.at}.${name}`;
    const rule = Object.hasOwn(properties, name) ? properties[name] : others;
    if (rule === undefined || rule === true) return [];
    return rule === false ? [`${at}: is not allowed`] : judge(member, rule, { ...place, at });
  });
  return [...missing, ...tooFew, ...inside];
}

function choices(value: unknown, schema: Schema, place: Place): string[] {
  const { anyOf, if: condition, then: consequence } = schema;
  const fitsNone = anyOf?.every((one) => judge(value, one, place).length > 0) === true;
  const applies = condition !== undefined && judge(value, condition, place).length === 0;
  return [
    ...(fitsNone ? [`${place.at}: fits none of ${anyOf?.length} alternatives`] : []),
    ...(applies && consequence !== undefined ? judge(value, consequence, place) : []),
  ];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOfType(value: unknown, type: string): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  if (type === 'null') return value === null;
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}
