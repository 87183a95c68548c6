import createClient, { type Middleware } from 'openapi-fetch';
import { readProblem, unreachable } from './problem.ts';
import type { paths } from './schema.generated.ts';

let csrf = '';

/** The token of the session, which every change must name beside the cookie. */
export function setCsrf(token: string): void {
  csrf = token;
}

const named: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET' && csrf !== '') request.headers.set('x-plumbline-csrf', csrf);
    return request;
  },
  onError({ error }) {
    return unreachable(error);
  },
};

/** Every operation of `/api/v1`, typed by its own description of itself. */
export const api = createClient<paths>({ baseUrl: location.origin, credentials: 'same-origin' });
api.use(named);

/**
 * The body of an answer, or its refusal as an error.
 * @throws ApiProblem
 */
export async function answered<T>(
  asked: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<NonNullable<T>> {
  const { data, error, response } = await asked;
  if (!response.ok || data === undefined || data === null) throw readProblem(response.status, error);
  return data;
}
