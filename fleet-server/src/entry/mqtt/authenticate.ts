import { verifyConnectToken } from '@plumbline/shared/trust';
import { isAllowed, type Principal } from '@plumbline/shared/wire';
import { CodedError, codeOf, isCodedError } from '@plumbline/shared/errors';
import { checkCertificate, credentialsOf, refuseBarred, type Credentials } from '../../sites/devices/index.ts';
import { createAttempts } from '../attempts.ts';
import type { Fleet } from '../fleet.ts';
import { createSeenTokens } from './seen-tokens.ts';

export type BrokerPrincipal = Principal & { clientId: string };

/** What the transport knows of a connection; the certificate is one that TLS has verified. */
export interface ConnectionFacts {
  remoteAddress: string;
  certificate?: { pem: string };
}

export interface PolicyDeps extends Pick<Fleet, 'database' | 'now' | 'log'> {
  /** PEM of the authorities whose device certificates count now: the desk's and those of `trust/fleet.json`. */
  enrolmentCas: () => Promise<readonly string[]>;
}

class ConnectError extends CodedError<'connect_limited' | 'wrong_username' | 'token_missing' | 'token_replayed'> {
  override readonly name = 'ConnectError';
}

/** How far the clocks of server and device may differ at a connect with a token. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;
/** Refused connects of one device from one address: a stranger who guesses does not shut out the device itself. */
const REFUSED = { burst: 10, intervalMs: 30_000 };

/**
 * Who may connect and what for, as the broker asks it. Client id, user name and credential must name the same device:
 * a client certificate (TLS has seen that the client holds its key), or else a token the device signed itself, once.
 */
export function brokerPolicy(fleet: PolicyDeps) {
  const seen = createSeenTokens(fleet.now);
  const refused = createAttempts(fleet.now, REFUSED);

  const admit = async (
    clientId: string,
    username: string | undefined,
    password: Uint8Array | undefined,
    certificate: { pem: string } | undefined,
  ): Promise<Credentials> => {
    const device = await credentialsOf(fleet.database.db, clientId);
    const name = `${device.site}/${device.id}`;
    if (username !== name && (username !== undefined || certificate === undefined)) {
      throw new ConnectError('wrong_username', 'connect: user name of another device', { field: 'username' });
    }
    // The clock of a device that has a certificate may say 1970: its token, if it sends one, is not looked at.
    if (certificate === undefined) takeToken(device, password);
    else checkCertificate(certificate.pem, device, { cas: await fleet.enrolmentCas(), now: fleet.now() });
    refuseBarred(device.id, device.now);
    return device;
  };

  const takeToken = (device: Credentials, password: Uint8Array | undefined) => {
    if (password === undefined) throw new ConnectError('token_missing', 'connect: no token', { field: 'password' });
    const claims = verifyConnectToken(new TextDecoder().decode(password), device.publicKey, {
      site: device.site,
      device: device.id,
      nowMs: fleet.now(),
      toleranceMs: CLOCK_TOLERANCE_MS,
    });
    if (!seen.take(device.id, claims.jti, claims.exp * 1000 + CLOCK_TOLERANCE_MS)) {
      throw new ConnectError('token_replayed', 'connect: this token was used', { field: 'token.jti' });
    }
  };

  return {
    async authenticate(
      clientId: string,
      username: string | undefined,
      password: Uint8Array | undefined,
      { remoteAddress, certificate }: ConnectionFacts,
    ): Promise<BrokerPrincipal | null> {
      const attempt = `${clientId} ${remoteAddress}`;
      try {
        if (refused.take(attempt) > 0) throw new ConnectError('connect_limited', 'connect: refused too often');
        const { site, id } = await admit(clientId, username, password, certificate);
        refused.giveBack(attempt);
        return { kind: 'device', site, device: id, clientId };
      } catch (error) {
        const field = isCodedError(error) ? error.field : undefined;
        fleet.log.warn({ clientId, remoteAddress, code: codeOf(error), field }, 'connection refused');
        return null;
      }
    },
    authorize: (action: 'publish' | 'subscribe' | 'forward', who: BrokerPrincipal, topic: string) =>
      isAllowed(who, action, topic),
  };
}
