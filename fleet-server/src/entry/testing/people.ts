import type { App } from '../http/index.ts';

/** Somebody at a browser who has signed in. */
export interface Browser {
  cookie: string;
  csrf: string;
}

export const PASSWORD = 'five words by chance';
export const ORIGIN = 'https://fleet.example:8443';

interface Asking {
  /** A browser, or a bearer token; nobody without. */
  as?: Browser | string | undefined;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Refusal {
  status: number;
  code: string;
  field?: string;
  detail: string;
  expected?: string;
}

/** People who use the API of an application without a listener. */
export interface People {
  /** @param path below `/api/v1` */
  call(method: string, path: string, asking?: Asking): Promise<Response>;
  /** What came back of an order that has to be granted. */
  json<T = Record<string, unknown>>(method: string, path: string, asking?: Asking): Promise<T>;
  /** What came back of one that has to be refused. */
  refusal(method: string, path: string, asking?: Asking): Promise<Refusal>;
  signIn(name: string, password?: string): Promise<Browser>;
  /** A new user with a password, signed in. */
  person(name: string, role: string, sites?: 'all' | string[]): Promise<Browser>;
}

export function createPeople(app: App, ownerToken: string): People {
  const call: People['call'] = async (method, path, { as, body, headers = {} } = {}) => {
    const init = { method, headers: { 'content-type': 'application/json', ...proofOf(as), ...headers } };
    const sent = body === undefined ? init : { ...init, body: JSON.stringify(body) };
    return app.request(`${ORIGIN}/api/v1${path}`, sent);
  };
  const json: People['json'] = async <T>(...asked: Parameters<People['call']>) => {
    const response = await call(...asked);
    if (response.status !== 200)
      throw new Error(`${asked[0]} ${asked[1]}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const signIn: People['signIn'] = async (name, password = PASSWORD) => {
    const response = await call('POST', '/session', { body: { name, password } });
    if (response.status !== 200) throw new Error(`${name} may not sign in: ${await response.text()}`);
    const { csrf } = (await response.json()) as { csrf: string };
    return { cookie: (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '', csrf };
  };
  return {
    call,
    json,
    signIn,
    async refusal(...asked) {
      const response = await call(...asked);
      if (response.status < 400) throw new Error(`${asked[0]} ${asked[1]} was granted: ${response.status}`);
      return { ...((await response.json()) as Refusal), status: response.status };
    },
    async person(name, role, sites = 'all') {
      const body = { name, assignments: [{ role, sites }] };
      const { code } = await json<{ code: string }>('POST', '/users', { as: ownerToken, body });
      await json('POST', '/setup', { body: { code, name, password: PASSWORD } });
      return signIn(name);
    },
  };
}

/** A browser says where the page comes from that orders. */
function proofOf(as: Asking['as']): Record<string, string> {
  if (as === undefined) return {};
  if (typeof as === 'string') return { authorization: `Bearer ${as}` };
  return { cookie: as.cookie, 'x-plumbline-csrf': as.csrf, origin: ORIGIN };
}
