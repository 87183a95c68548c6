import type { Command } from 'commander';
import { jsonSchemaOf } from '../../../delivery/declared/index.ts';
import { publishedSchemas } from '../../published-schemas.ts';
import { print } from '../output.ts';

/** Needs no server: what people may write is part of the program. */
export function addSchema(program: Command): void {
  program
    .command('schema [kind]')
    .description('JSON Schema of what files say, for editors; without a kind, which there are')
    .action((kind: string | undefined, _flags: unknown, command: Command) => {
      const { json } = command.optsWithGlobals<{ json: boolean }>();
      const schemas = publishedSchemas();
      if (kind === undefined)
        return print({ schemas: Object.keys(schemas) }, json, () => Object.keys(schemas).join('\n'));
      const schema = jsonSchemaOf(kind, schemas);
      return print(schema, json, () => JSON.stringify(schema, null, 2));
    });
}
