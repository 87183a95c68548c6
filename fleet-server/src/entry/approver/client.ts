import { CodedError, type ErrorKind } from '@plumbline/shared/errors';
import { problem } from '@plumbline/shared/api';

export class ClientError extends CodedError {
  override readonly name = 'ClientError';
}

/** The API of a running server, as every program of ours outside it uses it. */
export interface Client {
  url: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  bytes(path: string): Promise<Uint8Array>;
}

/** @throws ClientError with the server's own code, field and kind; `server_unreachable` when there is no answer. */
export function createClient(at: { url: string; operatorToken: string }): Client {
  const call = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = { ...init.headers, authorization: `Bearer ${at.operatorToken}` };
    const response = await fetch(`${at.url}${path}`, { ...init, headers }).catch((cause: unknown) => {
      throw new ClientError('server_unreachable', `${at.url} does not answer`, {
        kind: 'unavailable',
        field: 'server',
        cause,
      });
    });
    if (!response.ok) throw await errorOf(response);
    return response;
  };
  return {
    url: at.url,
    get: async <T>(path: string) => (await (await call(path, {})).json()) as T,
    post: async <T>(path: string, body: unknown) => {
      const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      return (await (await call(path, init)).json()) as T;
    },
    bytes: async (path) => new Uint8Array(await (await call(path, {})).arrayBuffer()),
  };
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
