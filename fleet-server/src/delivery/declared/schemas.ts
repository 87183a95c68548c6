import { z } from 'zod';
import { rolloutPlan } from '../rollouts/index.ts';
import { declaredDocument, KINDS } from './document.ts';
import { DeclaredError } from './errors.ts';
import { kindOf } from './kinds/index.ts';

export type JsonSchema = Record<string, unknown>;

/** What people write, by the name under which its schema is published. */
export function writtenSchemas(): Record<string, z.ZodType> {
  const kinds = KINDS.map((kind) => {
    const { schema } = kindOf(kind);
    const { title = kind, description = '' } = schema.meta() ?? {};
    return declaredDocument
      .extend({ kind: z.literal(kind).describe('What it is.'), spec: schema })
      .meta({ title, description });
  });
  const plan = rolloutPlan.meta({ title: 'Rollout plan', description: 'What `plumbline rollouts create` takes.' });
  const document = z.union(kinds).meta({ title: 'Document', description: 'What `plumbline apply` takes, any kind.' });
  return { ...Object.fromEntries(KINDS.map((kind, at) => [kind.toLowerCase(), kinds[at]!])), plan, document };
}

/**
 * The JSON Schema (draft 2020-12) of what people write, before defaults are filled in.
 * @throws DeclaredError `schema_unknown`
 */
export function jsonSchemaOf(name: string, schemas: Record<string, z.ZodType>): JsonSchema {
  const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
  if (schema === undefined) {
    throw new DeclaredError('schema_unknown', `no schema ${JSON.stringify(name.slice(0, 64))}`, {
      kind: 'not-found',
      field: 'kind',
      expected: `one of ${Object.keys(schemas).join(', ')}`,
    });
  }
  return { $id: `urn:plumbline:schema:${name}`, ...z.toJSONSchema(schema, { io: 'input' }) };
}
