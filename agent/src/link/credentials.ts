import type { Identity } from '../identity.ts';
import type { Clock, LinkTrust } from '../ports/index.ts';
import type { Beliefs } from '../trust/beliefs.ts';

/** Who this device is at the moment, and by what it judges the server: both change while the agent runs. */
export interface Credentials {
  identity(): Identity;
  endpoints(): readonly string[];
  trust(): LinkTrust;
  /** What a token for the server is dated by; ms. */
  tokenTime(): number;
  /** The server said no; perhaps to the date of the token. */
  refused(): void;
  /** The certificate was renewed, and is stored. */
  renewed(identity: Identity): void;
}

export function createCredentials(
  first: Identity,
  beliefs: Pick<Beliefs, 'cas' | 'timeFloor' | 'now'>,
  clock: Pick<Clock, 'now'>,
): Credentials {
  let identity = first;
  /** How far the server's clock is ahead of ours, as a certificate told when it was made. Good for tokens, proof of nothing. */
  let aheadMs: number | undefined;
  let goesByServer = false;
  return {
    identity: () => identity,
    // Web sockets pass where only web traffic is let out.
    endpoints: () => [identity.mqttUrl, identity.webSocketUrl],
    trust: () => ({
      // Enrolment pins an authority; from then on `trust/fleet.json` says which ones count, and a stolen one is left out.
      cas: beliefs.cas() ?? identity.cas,
      certificate: identity.certificate.pem,
      timeFloor: beliefs.timeFloor(),
    }),
    tokenTime: () => (goesByServer && aheadMs !== undefined ? clock.now() + aheadMs : beliefs.now()),
    // Each refusal lets the next token go by the other clock: whichever of them is set right, one of two attempts is.
    refused() {
      goesByServer = !goesByServer;
    },
    renewed(next) {
      aheadMs = next.certificate.issuedAt - clock.now();
      identity = next;
    },
  };
}
