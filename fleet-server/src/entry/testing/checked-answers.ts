import { isDeepStrictEqual } from 'node:util';
import type { z } from '@hono/zod-openapi';
import type { App } from '../http/index.ts';

const JSON_TYPE = /^application\/(problem\+)?json\b/;

/**
 * The same application, which from now on throws where an answer is not as OpenAPI describes it: by a field that is
 * missing, wrong, or described nowhere. Tests drive this one, so that each of them also proves the description.
 */
export function checkedAnswers(app: App): App {
  const { fetch } = app;
  const described = describedBy(app);
  app.fetch = async (request, ...rest) => {
    const response = await fetch(request, ...rest);
    const type = response.headers.get('content-type') ?? '';
    if (!JSON_TYPE.test(type)) return response;
    const { pathname } = new URL(request.url);
    const found = described.find(({ method, path }) => method === request.method && path.test(pathname));
    if (found === undefined) return response;
    const schema = found.schemaOf(response.status, type.split(';')[0] ?? '');
    const where = `${request.method} ${pathname} → ${response.status}`;
    if (schema === undefined) throw new Error(`${where}: ${type} is not among the described answers`);
    const wrong = whatIsWrong(schema, await response.clone().json());
    if (wrong !== undefined) throw new Error(`${where} is not as described: ${wrong}`);
    return response;
  };
  return app;
}

interface Described {
  method: string;
  path: RegExp;
  schemaOf(status: number, mediaType: string): z.ZodType | undefined;
}

/** In the order of the routes: the first that matches answers. */
function describedBy(app: App): Described[] {
  return app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== 'route') return [];
    const { method, path, responses } = definition.route;
    return [
      {
        method: method.toUpperCase(),
        path: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
        schemaOf(status: number, mediaType: string) {
          const response = responses[status] ?? responses['default'];
          const content = response !== undefined && 'content' in response ? response.content : undefined;
          const described = content?.[mediaType];
          return described !== undefined && 'schema' in described ? (described.schema as z.ZodType) : undefined;
        },
      },
    ];
  });
}

/** Objects drop what their schema does not name: what is left has to be all there was. */
function whatIsWrong(schema: z.ZodType, body: unknown): string | undefined {
  const read = schema.safeParse(body);
  if (!read.success) return read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  if (isDeepStrictEqual(read.data, body)) return undefined;
  return `${firstDifference(body, read.data) ?? 'something'} is described nowhere`;
}

function firstDifference(whole: unknown, left: unknown): string | undefined {
  if (typeof whole !== 'object' || whole === null || typeof left !== 'object' || left === null) return undefined;
  for (const [key, value] of Object.entries(whole)) {
    if (!(key in left)) return key;
    const other = (left as Record<string, unknown>)[key];
    if (isDeepStrictEqual(value, other)) continue;
    const inner = firstDifference(value, other);
    return inner === undefined ? key : `${key}.${inner}`;
  }
  return undefined;
}
