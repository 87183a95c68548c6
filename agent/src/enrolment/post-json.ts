import { problem } from '@plumbline/shared/api';
import { isCodedError, messageOf } from '@plumbline/shared/errors';
import type { z } from 'zod';
import { AgentError } from '../errors.ts';
import type { Clock } from '../ports/index.ts';
import { readBounded } from '../read-bounded.ts';

export interface Asking {
  clock: Clock;
  /** Judges the server by the pinned authority; what judges it otherwise is for development on loopback. */
  fetch: typeof fetch;
  /** What is asked for: the codes of its failures begin with it. */
  purpose: 'enrolment' | 'renewal';
}

const TIMEOUT_MS = 30_000;
const MAX_BODY_BYTES = 65_536;
const TOO_MANY = 429;

/**
 * One question to the fleet server.
 * @throws AgentError `<purpose>_refused`, whose message carries the server's code; `<purpose>_unreachable`,
 * `body_too_large`; LinkError
 */
export async function postJson<T>(asking: Asking, url: string, question: object, schema: z.ZodType<T>): Promise<T> {
  const { clock, purpose } = asking;
  const timeout = new AbortController();
  const takeBack = clock.after(TIMEOUT_MS, () => timeout.abort(new Error(`no answer within ${TIMEOUT_MS} ms`)));
  try {
    const response = await asking.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(question),
      signal: timeout.signal,
      redirect: 'error',
    });
    const body = response.body === null ? new Uint8Array() : await readBounded(response.body, MAX_BODY_BYTES);
    if (!response.ok) throw refused(purpose, response.status, parse(problem, body));
    const answer = parse(schema, body);
    if (answer === undefined) throw unreachable(purpose, url, 'the answer is not one of a fleet server');
    return answer;
  } catch (error) {
    // What the link found out (no address, a proxy that reads along) says more than that nobody answered.
    throw isCodedError(error) ? error : unreachable(purpose, url, messageOf(error), error);
  } finally {
    takeBack();
  }
}

function parse<T>(schema: z.ZodType<T>, body: Uint8Array): T | undefined {
  try {
    return schema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)));
  } catch {
    return undefined;
  }
}

function refused(purpose: Asking['purpose'], status: number, why: z.infer<typeof problem> | undefined): AgentError {
  // A server in trouble, or one that asks for patience, has not judged: try again instead of asking for a new code.
  if (status >= 500 || status === TOO_MANY)
    return unreachable(purpose, 'the fleet server', why?.detail ?? `HTTP ${status}`);
  const detail = why === undefined ? `HTTP ${status}` : `${why.code}: ${why.detail}`;
  return new AgentError(`${purpose}_refused`, detail, {
    kind: 'refused',
    field: purpose === 'enrolment' ? 'code' : 'certificate',
  });
}

function unreachable(purpose: Asking['purpose'], where: string, why: string, cause?: unknown): AgentError {
  const options = { kind: 'unavailable', field: 'url', cause } as const;
  return new AgentError(`${purpose}_unreachable`, `${where}: ${why}`, options);
}
