import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { isRetryable, messageOf } from '@plumbline/shared/errors';
import { MlflowError } from './errors.ts';

const TIMEOUT_MS = 60_000;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 60_000;
const ATTEMPTS = 6;

export interface MlflowAddress {
  /** Of the tracking server, with its prefix where it has one: `https://mlflow.example/tracking`. */
  uri: string;
  /** Sent as a bearer token. */
  token?: string;
  /** Basic authentication, for servers with accounts of their own. */
  user?: { name: string; password: string };
}

export interface MlflowOptions {
  sleep?: (ms: number) => Promise<unknown>;
  /** Times a call is made before it counts as failed. */
  attempts?: number;
}

/** The REST API of one tracking server (MLflow 2 and later), and its proxy for artifacts. */
export interface Mlflow {
  uri: string;
  /** Tried again while the server is busy or away: for calls that change nothing when they are made twice. */
  get(path: string, query?: Record<string, string>): Promise<unknown>;
  post(path: string, body: unknown): Promise<unknown>;
  /** One try, for what must not happen twice; `retrying` repeats a look and a call together. */
  postOnce(path: string, body: unknown): Promise<unknown>;
  retrying<T>(work: () => Promise<T>): Promise<T>;
  /** Bytes to an address of the same server. */
  put(url: string, bytes: Uint8Array, mediaType: string): Promise<void>;
}

const refusal = z.object({ error_code: z.string(), message: z.string().default('') });

/** @throws MlflowError `mlflow_address`; its calls throw `mlflow_unreachable`, `mlflow_unauthorized`, `mlflow_refused`, `mlflow_malformed` */
export function createMlflow(address: MlflowAddress, options: MlflowOptions = {}): Mlflow {
  const { sleep = wait, attempts = ATTEMPTS } = options;
  const uri = trackingUri(address.uri);
  const credentials = credentialsOf(address);

  const send = async (url: string, init: RequestInit): Promise<Response> => {
    const headers = { ...(init.headers as Record<string, string>), ...credentials };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    // A redirect would turn a POST into a GET, and could lead the token elsewhere.
    const response = await fetch(url, { ...init, headers, signal, redirect: 'manual' }).catch((cause: unknown) => {
      throw new MlflowError('mlflow_unreachable', `${uri} does not answer: ${reasonOf(cause)}`, {
        kind: 'unavailable',
        field: 'mlflow',
        cause,
      });
    });
    if (!response.ok) throw await errorOf(response, uri);
    return response;
  };
  const json = async (path: string, init: RequestInit): Promise<unknown> => {
    const text = await (await send(`${uri}/api/2.0/mlflow/${path}`, init)).text();
    try {
      return JSON.parse(text === '' ? '{}' : text) as unknown;
    } catch (cause) {
      throw malformed(path, cause);
    }
  };
  const retrying = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (attempt >= attempts || !isRetryable(error)) throw error;
        const asked = error instanceof BusyError ? error.retryAfterMs : undefined;
        await sleep(Math.min(MAX_DELAY_MS, asked ?? FIRST_DELAY_MS * 2 ** (attempt - 1)));
      }
    }
  };
  const postOnce = (path: string, body: unknown) =>
    json(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  return {
    uri,
    retrying,
    postOnce,
    post: (path, body) => retrying(() => postOnce(path, body)),
    get: (path, query = {}) => retrying(() => json(`${path}?${new URLSearchParams(query)}`, {})),
    async put(url, bytes, mediaType) {
      if (new URL(url).origin !== new URL(uri).origin) throw malformed(url);
      const body = new Uint8Array(bytes);
      await retrying(() => send(url, { method: 'PUT', body, headers: { 'content-type': mediaType } }));
    },
  };
}

/** What an answer holds. @throws MlflowError `mlflow_malformed` */
export function answer<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw malformed(`${path}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

/** Busy, and perhaps it said for how long. */
class BusyError extends MlflowError {
  readonly retryAfterMs: number | undefined;
  constructor(message: string, theirs: string | undefined, retryAfter: string | null) {
    super('mlflow_unreachable', message, {
      kind: 'unavailable',
      field: 'mlflow',
      ...(theirs === undefined ? {} : { theirs }),
    });
    const seconds = retryAfter === null ? Number.NaN : Number(retryAfter);
    this.retryAfterMs = seconds >= 0 ? seconds * 1000 : undefined;
  }
}

async function errorOf(response: Response, uri: string): Promise<MlflowError> {
  const { status } = response;
  const text = await response.text().catch(() => '');
  const parsed = refusal.safeParse(parsedOr(text));
  const theirs = parsed.success ? parsed.data.error_code : undefined;
  const said = parsed.success ? `${parsed.data.error_code}: ${parsed.data.message}` : text.slice(0, 300);
  const message = `MLflow answered ${status}${said === '' ? '' : `: ${said}`}`;
  if (status >= 300 && status < 400) {
    return new MlflowError('mlflow_refused', `${uri} redirects to ${response.headers.get('location') ?? '?'}`, {
      field: 'mlflow',
      expected: 'the address itself',
    });
  }
  if (status === 401 || status === 403) {
    const kind = status === 401 ? 'unauthenticated' : 'forbidden';
    const expected = 'MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and _PASSWORD';
    return new MlflowError('mlflow_unauthorized', message, { kind, field: 'token', expected });
  }
  // The proxy for artifacts is switched off: no time will change that.
  if (status === 503 && /serve-artifacts/.test(text)) {
    return new MlflowError('mlflow_refused', message, { kind: 'refused', theirs: 'NOT_SERVING_ARTIFACTS' });
  }
  if (status === 429 || (status >= 500 && status !== 501)) {
    return new BusyError(message, theirs, response.headers.get('retry-after'));
  }
  const kind = status === 404 ? 'not-found' : 'refused';
  // What is no answer of MLflow's on a path it does not have is an address that is not MLflow's, or an older one.
  return new MlflowError('mlflow_refused', message, {
    kind,
    field: 'mlflow',
    theirs: theirs ?? (status === 404 ? 'ENDPOINT_NOT_FOUND' : String(status)),
  });
}

/** @throws MlflowError `mlflow_address` */
function trackingUri(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url !== undefined && isWeb && url.username === '' && url.search === '' && url.hash === '') {
    return url.href.replace(/\/+$/, '');
  }
  throw new MlflowError('mlflow_address', 'not the address of a tracking server', {
    field: 'mlflow',
    expected: 'http(s)://HOST[:PORT][/PREFIX]; who asks stands in the environment',
  });
}

function credentialsOf({ token, user }: MlflowAddress): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (user === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}` };
}

function parsedOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function malformed(what: string, cause?: unknown): MlflowError {
  return new MlflowError('mlflow_malformed', `not an answer of MLflow: ${what}`, {
    kind: 'refused',
    field: 'mlflow',
    expected: 'the address of an MLflow tracking server',
    cause,
  });
}

function reasonOf(failure: unknown): string {
  return messageOf(failure instanceof Error && failure.cause !== undefined ? failure.cause : failure);
}
