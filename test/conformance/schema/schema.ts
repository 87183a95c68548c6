/** The part of JSON Schema (draft 2020-12) that the schemas of Model Signing use. */
export interface Schema {
  $id?: string;
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  pattern?: string;
  minLength?: number;
  exclusiveMinimum?: number;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  minProperties?: number;
  anyOf?: Schema[];
  if?: Schema;
  then?: Schema;
}

const ANNOTATIONS = new Set(['$schema', '$id', '$defs', 'title', 'description']);

/** Every keyword that is judged; a schema with another one is not half understood but refused. */
export const KEYWORDS = new Set<string>([
  '$ref',
  'type',
  'const',
  'enum',
  'pattern',
  'minLength',
  'exclusiveMinimum',
  'items',
  'minItems',
  'maxItems',
  'required',
  'properties',
  'additionalProperties',
  'minProperties',
  'anyOf',
  'if',
  'then',
]);

/** @throws when the schema says something that is not judged here */
export function requireUnderstood(schema: Schema, where: string): void {
  for (const keyword of Object.keys(schema)) {
    if (!KEYWORDS.has(keyword) && !ANNOTATIONS.has(keyword)) throw new Error(`${where}: keyword ${keyword}`);
  }
}
