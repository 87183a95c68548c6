import type { Context } from 'hono';
import type { z } from 'zod';
import { readBounded } from '../../read-bounded.ts';
import { NodeAgentError } from '../errors.ts';

const MAX_BODY_BYTES = 8 * 2 ** 20;
/** A body that drips in does not hold a connection for ever. */
const BODY_TIMEOUT_MS = 30_000;

/**
 * The JSON body of a request, fitted to its schema. An absent body counts as `{}`.
 * @throws NodeAgentError `request_malformed`, naming the field, `request_timeout`; AgentError `body_too_large`
 */
export async function readBody<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  const { body } = context.req.raw;
  const bytes = body === null ? new Uint8Array() : await readInTime(body);
  return checked(schema, jsonOf(bytes), 'body');
}

async function readInTime(body: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const signal = AbortSignal.timeout(BODY_TIMEOUT_MS);
  try {
    return await readBounded(
      body.pipeThrough(new TransformStream<Uint8Array, Uint8Array>(), { signal }),
      MAX_BODY_BYTES,
    );
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new NodeAgentError('request_timeout', 'body: did not arrive in time', {
      field: 'body',
      expected: `all of it within ${BODY_TIMEOUT_MS} ms`,
      cause,
    });
  }
}

/** The query of a request, fitted to its schema. @throws NodeAgentError `request_malformed` */
export function readQuery<T>(context: Context, schema: z.ZodType<T>): T {
  return checked(schema, context.req.query(), 'query');
}

function jsonOf(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new NodeAgentError('request_malformed', 'body: not JSON', {
      field: 'body',
      expected: 'JSON in UTF-8',
      cause,
    });
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = fieldOf(issue?.path ?? []) || where;
  const expected = issue?.message ?? 'the schema';
  throw new NodeAgentError('request_malformed', `${field}: ${expected}`, { field, expected });
}

/** `records[0].values.a` */
function fieldOf(path: PropertyKey[]): string {
  return path.reduce<string>((field, part) => {
    if (typeof part === 'number') return `${field}[${part}]`;
    return field === '' ? String(part) : `${field}.${String(part)}`;
  }, '');
}
