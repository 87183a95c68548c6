import { z } from '@hono/zod-openapi';
import { problem } from '@plumbline/shared/api';

/** What every operation may answer as well. */
export const refusals = {
  default: { description: 'refused', content: { 'application/problem+json': { schema: problem } } },
};

/** Responses of a route in OpenAPI: what it gives, and that every refusal is a problem document. */
export function replies<T extends z.ZodType>(description: string, schema: T) {
  return {
    200: { description, content: { 'application/json': { schema } } },
    ...refusals,
  };
}

export function jsonBody<T extends z.ZodType>(schema: T) {
  return { body: { required: true, content: { 'application/json': { schema } } } };
}

/** A body whose shape the verb behind it checks and names in its refusals. */
export const document = z.record(z.string(), z.unknown());
