import type { Identity } from '../identity.ts';
import type { LinkTrust } from '../ports/index.ts';
import type { Beliefs } from '../trust/beliefs.ts';

/** Who this device is at the moment, and by what it judges the server: both change while the agent runs. */
export interface Credentials {
  identity(): Identity;
  endpoints(): readonly string[];
  trust(): LinkTrust;
  /** The certificate was renewed, and is stored. */
  renewed(identity: Identity): void;
}

export function createCredentials(first: Identity, beliefs: Pick<Beliefs, 'cas' | 'timeFloor'>): Credentials {
  let identity = first;
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
    renewed(next) {
      identity = next;
    },
  };
}
