import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { Provider } from 'oidc-provider';

/** What an ID token says, and by which means it is signed. */
export interface TokenParts {
  claims: JWTPayload;
  header: { alg: string; kid?: string };
}

/** An identity provider on loopback: the certified library, with a place at which a test may lie. */
export interface TestProvider extends AsyncDisposable {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Who is known, by what they type in, and what is said of them. */
  people: Map<string, Record<string, unknown>>;
  /** From here on it knows where browsers go back to. */
  serve(redirectUri: string): void;
  /** Puts another ID token in the place of each that is issued. */
  forge: ((issued: TokenParts) => Promise<string>) | undefined;
  /** Signs as this provider does. */
  sign(parts: TokenParts): Promise<string>;
}

const CLIENT = { clientId: 'plumbline', clientSecret: 'a secret of this test and of nobody else' };

export async function startProvider(): Promise<TestProvider> {
  let listener: RequestListener | undefined;
  const server = createServer((request, response) => void listener?.(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: 'of-this-test', use: 'sig', alg: 'RS256' };
  const started: TestProvider = {
    issuer,
    ...CLIENT,
    people: new Map(),
    forge: undefined,
    serve(redirectUri) {
      listener = providerOf(started, key, redirectUri).callback();
    },
    sign: ({ claims, header }) => new SignJWT(claims).setProtectedHeader(header).sign(privateKey),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return started;
}

function providerOf(started: TestProvider, key: Record<string, unknown>, redirectUri: string): Provider {
  const provider = new Provider(started.issuer, {
    clients: [{ client_id: started.clientId, client_secret: started.clientSecret, redirect_uris: [redirectUri] }],
    jwks: { keys: [key] },
    cookies: { keys: ['of this test'] },
    pkce: { required: () => true },
    claims: { openid: ['sub'], profile: ['preferred_username', 'groups'] },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({ sub: accountId, ...started.people.get(accountId) }),
    }),
    async loadExistingGrant({ oidc }) {
      const grant = new provider.Grant({ clientId: oidc.client!.clientId, accountId: oidc.session!.accountId! });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
  });
  provider.use(async (context, next) => {
    await next();
    const body = context.body as { id_token?: string } | undefined;
    if (context.path !== '/token' || started.forge === undefined || body?.id_token === undefined) return;
    const [header = '', claims = ''] = body.id_token.split('.');
    body.id_token = await started.forge({ header: decoded(header), claims: decoded(claims) });
  });
  return provider;
}

function decoded<T>(part: string): T {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as T;
}
