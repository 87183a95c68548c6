import * as client from 'openid-client';
import { IdentityError, type Flight, type Identity, type IdentityProvider } from '../../ports/index.ts';

export interface OpenIdOptions {
  issuer: string;
  clientId: string;
  /** Absent for a public client, which proves itself by PKCE alone. */
  clientSecret: string | undefined;
  /** Asked of userinfo when the ID token does not carry it. */
  claim: string;
  scope: string;
  /** Plain HTTP to loopback, in development. */
  allowPlain: boolean;
  now: () => number;
}

const TIMEOUT_S = 10;
/** Keys are asked anew by the library when one is unknown; endpoints move rarely. */
const DISCOVERY_LIFE_MS = 3_600_000;

/**
 * OpenID Connect by the authorization code with PKCE, RFC 6749, 7636, 9207 and 9700. The library checks `iss` of the
 * answer and of the token, `aud`, `azp`, `exp`, `nonce`, `state` and, told so here, the signature by the issuer's keys.
 */
export function createOpenIdProvider(options: OpenIdOptions): IdentityProvider {
  const configuration = discoverer(options);
  return {
    async begin(redirectUri) {
      const known = await configuration();
      const verifier = client.randomPKCECodeVerifier();
      const flight: Flight = { state: client.randomState(), nonce: client.randomNonce(), verifier };
      const url = client.buildAuthorizationUrl(known, {
        redirect_uri: redirectUri,
        scope: options.scope,
        state: flight.state,
        nonce: flight.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, flight };
    },
    async finish(answer, { state, nonce, verifier }) {
      const known = await configuration();
      try {
        const tokens = await client.authorizationCodeGrant(known, answer, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const claims = tokens.claims();
        if (claims === undefined) throw new Error('no ID token came');
        const more = await userInfo(known, tokens.access_token, claims, options.claim);
        return { issuer: claims.iss, subject: claims.sub, claims: { ...more, ...claims } } satisfies Identity;
      } catch (error) {
        throw readable(error);
      }
    },
  };
}

function discoverer(options: OpenIdOptions): () => Promise<client.Configuration> {
  let held: { at: number; configuration: Promise<client.Configuration> } | undefined;
  return async () => {
    if (held === undefined || options.now() - held.at > DISCOVERY_LIFE_MS) {
      held = { at: options.now(), configuration: discover(options) };
    }
    try {
      return await held.configuration;
    } catch (cause) {
      held = undefined;
      throw new IdentityError('identity_unavailable', 'the identity provider does not answer as one', {
        kind: 'unavailable',
        field: 'issuer',
        expected: `${options.issuer}/.well-known/openid-configuration`,
        cause,
      });
    }
  };
}

function discover({ issuer, clientId, clientSecret, allowPlain }: OpenIdOptions): Promise<client.Configuration> {
  return client.discovery(
    new URL(issuer),
    clientId,
    {},
    clientSecret === undefined ? client.None() : by(clientSecret),
    {
      execute: [client.enableNonRepudiationChecks, ...(allowPlain ? [client.allowInsecureRequests] : [])],
      timeout: TIMEOUT_S,
    },
  );
}

/** Basic where the provider says nothing, OpenID Connect Discovery section 3; else what it takes. */
function by(secret: string): client.ClientAuth {
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)];
  return (server, ...rest) => {
    const taken = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    return (taken.includes('client_secret_basic') ? basic : post)(server, ...rest);
  };
}

async function userInfo(
  known: client.Configuration,
  accessToken: string,
  claims: { sub: string; [claim: string]: unknown },
  wanted: string,
): Promise<Record<string, unknown>> {
  if (claims[wanted] !== undefined || known.serverMetadata().userinfo_endpoint === undefined) return {};
  return client.fetchUserInfo(known, accessToken, claims.sub);
}

/** Networks fail and people say no; everything else is an answer that nobody should have got past the library. */
function readable(cause: unknown): IdentityError {
  if (cause instanceof client.AuthorizationResponseError && cause.error === 'access_denied') {
    return new IdentityError('identity_denied', 'the identity provider let nobody in', { kind: 'forbidden', cause });
  }
  if (isNetwork(cause)) {
    const why = 'the identity provider cannot be reached';
    return new IdentityError('identity_unavailable', why, { kind: 'unavailable', field: 'issuer', cause });
  }
  return new IdentityError('identity_refused', 'the answer is not of a sign-in that began here', {
    kind: 'unauthenticated',
    field: 'answer',
    expected: 'what the provider answers to this browser, once and in time',
    cause,
  });
}

function isNetwork(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'TimeoutError' || error.message === 'fetch failed') return true;
  return error.cause !== undefined && isNetwork(error.cause);
}
