import { challengeResponse, renewResponse, type DeviceCertificate, type RenewRequest } from '@plumbline/shared/api';
import { renewalProofBytes, toHex } from '@plumbline/shared/trust';
import type { Identity } from '../identity.ts';
import type { Ports } from '../ports/index.ts';
import { stored } from '../store/json.ts';
import { IDENTITY } from '../store/keys.ts';
import { postJson } from './post-json.ts';

/**
 * A new certificate by proof of the device key. The nonce is the server's and nothing here asks the clock, so it works
 * after an outage of any length and on a device that believes in 1970. The identity changes in one commit.
 * @throws AgentError `renewal_refused`, whose message carries the server's code; `renewal_unreachable`
 */
export async function renewCertificate(
  ports: Pick<Ports, 'clock' | 'crypto' | 'store'>,
  identity: Identity,
  send: typeof fetch,
): Promise<Identity> {
  const { site, device, url } = identity;
  const asking = { clock: ports.clock, fetch: send, purpose: 'renewal' } as const;
  const at = `${url}/api/v1/certificates`;
  const { nonce } = await postJson(asking, `${at}/challenge`, { site, device }, challengeResponse);
  const signature = toHex(await ports.crypto.signAsDevice(renewalProofBytes({ site, device, nonce })));
  const request: RenewRequest = { site, device, nonce, signature };
  const { certificate } = await postJson(asking, `${at}/renew`, request, renewResponse);
  const renewed: Identity = { ...identity, certificate };
  await ports.store.commit([{ put: IDENTITY, value: stored(renewed) }]);
  return renewed;
}

/** Two thirds of the way to its end; ms. */
export function renewalDueAt({ issuedAt, notAfter }: DeviceCertificate): number {
  return issuedAt + Math.floor(((notAfter - issuedAt) * 2) / 3);
}
