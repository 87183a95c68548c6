import { Agent, fetch, type RequestInit, type Response } from 'undici';
import { messageOf, type ErrorKind } from '@plumbline/shared/errors';
import { problem } from '@plumbline/shared/api';
import { ClientError } from './client-error.ts';
import { readBounded } from './read-bounded.ts';

/** Longer than any bundle that is taken in. */
const MAX_BYTES = 96 * 1024 * 1024;

/** The API of a running server, as every program of ours outside it uses it. */
export interface Client {
  url: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  delete<T>(path: string): Promise<T>;
  /** @throws ClientError `answer_too_large` */
  bytes(path: string, maxBytes?: number): Promise<Uint8Array>;
  /** An answer without an end, as it comes. */
  stream(path: string, headers?: Record<string, string>): Promise<AsyncIterable<Uint8Array>>;
}

export interface ServerAccess {
  /** `https://…`; `http://…` of a development server. */
  url: string;
  operatorToken: string;
  /** The authority that signs the server's certificate, beside which no other is believed. */
  caPem?: string | undefined;
}

export interface ClientOptions {
  /** By which it says who asks; the token without. */
  headers?: Record<string, string>;
  onAnswer?: (response: Response) => void;
}

/** @throws ClientError with the server's own code, field and kind; `server_unreachable` when there is no answer. */
export function createClient(at: ServerAccess, { headers: proof, onAnswer }: ClientOptions = {}): Client {
  const dispatcher = new Agent(at.caPem === undefined ? {} : { connect: { ca: at.caPem, minVersion: 'TLSv1.3' } });
  const call = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = {
      ...(init.headers as Record<string, string>),
      ...jsonType(init),
      ...(proof ?? { authorization: `Bearer ${at.operatorToken}` }),
    };
    const response = await fetch(`${at.url}${path}`, { ...init, headers, dispatcher }).catch((cause: unknown) => {
      throw new ClientError('server_unreachable', `${at.url} does not answer: ${reasonOf(cause)}`, {
        kind: 'unavailable',
        field: 'server',
        cause,
      });
    });
    if (!response.ok) throw await errorOf(response);
    onAnswer?.(response);
    return response;
  };
  return {
    url: at.url,
    get: async <T>(path: string) => (await (await call(path, {})).json()) as T,
    post: async <T>(path: string, body: unknown) => {
      return (await (await call(path, { method: 'POST', body: JSON.stringify(body) })).json()) as T;
    },
    put: async <T>(path: string, body: unknown) => {
      return (await (await call(path, { method: 'PUT', body: JSON.stringify(body) })).json()) as T;
    },
    delete: async <T>(path: string) => (await (await call(path, { method: 'DELETE' })).json()) as T,
    stream: async (path, headers = {}) => (await call(path, { headers })).body ?? (async function* () {})(),
    bytes: async (path, maxBytes = MAX_BYTES) => readBounded((await call(path, {})).body, maxBytes, path),
  };
}

function jsonType({ body }: RequestInit): Record<string, string> {
  return body === undefined ? {} : { 'content-type': 'application/json' };
}

/** What `fetch` says is "fetch failed"; why stands in its cause. */
function reasonOf(failure: unknown): string {
  return messageOf(failure instanceof Error && failure.cause !== undefined ? failure.cause : failure);
}

async function errorOf(response: Response): Promise<ClientError> {
  const parsed = problem.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success)
    return new ClientError('server_error', `the server answered ${response.status}`, { kind: 'internal' });
  const { code, detail, title, field, expected } = parsed.data;
  return new ClientError(code, detail, {
    kind: title as ErrorKind,
    ...(field === undefined ? {} : { field }),
    ...(expected === undefined ? {} : { expected }),
  });
}
