import { z } from 'zod';
import { rolloutPlan } from '../rollouts/index.ts';
import { declaredDocument } from './document.ts';
import { DeclaredError } from './errors.ts';
import { kindsWith, type AnyKind } from './kinds/index.ts';

export type JsonSchema = Record<string, unknown>;

/** What people write, by the name under which its schema is published. @param more kinds of later wings */
export function writtenSchemas(more: readonly AnyKind[] = []): Record<string, z.ZodType> {
  const byKind = [...kindsWith(more)].map(([kind, { schema, published = schema }]) => {
    const { title = kind, description = '' } = published.meta() ?? {};
    const document = declaredDocument
      .extend({ kind: z.literal(kind).describe('What it is.'), spec: published })
      .meta({ title, description });
    return [kind.toLowerCase(), document] as const;
  });
  const kinds = byKind.map(([, document]) => document);
  const plan = rolloutPlan.meta({ title: 'Rollout plan', description: 'What `plumbline rollouts create` takes.' });
  const document = z.union(kinds).meta({ title: 'Document', description: 'What `plumbline apply` takes, any kind.' });
  return { ...Object.fromEntries(byKind), plan, document };
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
