import { z } from '@hono/zod-openapi';
import type { JSONValue } from 'hono/utils/types';
import { problem } from '@plumbline/shared/api';

/** Responses of a route in OpenAPI: what it gives, and that every refusal is a problem document. */
export function replies<T extends z.ZodType>(description: string, schema: T) {
  return {
    200: { description, content: { 'application/json': { schema } } },
    default: { description: 'refused', content: { 'application/problem+json': { schema: problem } } },
  };
}

export function jsonBody<T extends z.ZodType>(schema: T) {
  return { body: { required: true, content: { 'application/json': { schema } } } };
}

/** A document whose shape is the verb's own type; OpenAPI shows it as an object. */
export const document = z.record(z.string(), z.unknown());

export function plain(value: object): Record<string, JSONValue> {
  return value as Record<string, JSONValue>;
}
