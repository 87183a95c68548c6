import { sha256Hex, toBase64 } from '@plumbline/shared/trust';
import type { Identity } from '../identity.ts';
import { CA_PEM, DEVICE, FAR, ISSUED, SITE } from './mint/keys.ts';
import { mintRoot } from './mint/repository.ts';

export * from './mint/assignment.ts';
export * from './mint/bundle.ts';
export * from './mint/keys.ts';
export * from './mint/profile.ts';
export * from './mint/repository.ts';

/** A device that was enrolled a moment ago, under the first root of the fleet. */
export async function mintIdentity(change: Partial<Identity> = {}): Promise<Identity> {
  const root = await mintRoot();
  return {
    site: SITE,
    device: DEVICE,
    url: 'https://office',
    mqttUrl: 'mqtts://office',
    webSocketUrl: 'wss://office/mqtt',
    rootSha256: sha256Hex(root),
    root: toBase64(root),
    cas: [CA_PEM],
    certificate: { pem: CA_PEM, issuedAt: ISSUED, notAfter: FAR },
    enrolledAt: ISSUED,
    ...change,
  };
}
