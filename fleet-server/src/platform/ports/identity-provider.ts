import { CodedError } from '@plumbline/shared/errors';

/** What an answer has to agree with; it waits here while the person is away at the provider. */
export interface Flight {
  state: string;
  nonce: string;
  /** Of PKCE, RFC 7636. */
  verifier: string;
}

/** Who somebody is, as a provider vouches for it. Nobody else has the pair of issuer and subject. */
export interface Identity {
  issuer: string;
  subject: string;
  /** Of the ID token, and of userinfo where that was asked. */
  claims: Readonly<Record<string, unknown>>;
}

export type IdentityErrorCode =
  | 'identity_unavailable' // the provider cannot be asked; later it may
  | 'identity_denied' // the provider, or the person there, said no
  | 'identity_refused'; // the answer is not the one that was waited for: which part of it, only the log says

export class IdentityError extends CodedError<IdentityErrorCode> {
  override readonly name = 'IdentityError';
}

/** Somebody else who knows who people are. */
export interface IdentityProvider {
  /** @returns where the browser goes; @throws IdentityError `identity_unavailable` */
  begin(redirectUri: string): Promise<{ url: string; flight: Flight }>;
  /** @param answer where the browser came back to, with what the provider wrote into it; @throws IdentityError */
  finish(answer: URL, flight: Flight): Promise<Identity>;
}
