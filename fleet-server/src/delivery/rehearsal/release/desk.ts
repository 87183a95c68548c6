import type { Chance } from '@plumbline/shared/testing/world';
import { createSigner, type LocalSigner } from '@plumbline/shared/trust';
import type { Desk } from '../../../supply/keys/index.ts';

/** Every key of a fleet that exists for one rehearsal: drawn from its seed, and gone with it. */
export interface RehearsalKeys {
  root: LocalSigner;
  targets: LocalSigner;
  approver: LocalSigner;
  desk: Desk;
}

/** Stands where a certificate has to stand: nobody looks at one on a simulated link. */
export const CA_PEM = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n';

export function drawKeys(chance: Chance): RehearsalKeys {
  const draw = (type: 'ed25519' | 'p256') => createSigner({ type, secret: chance.bytes(32) });
  return {
    root: draw('ed25519'),
    targets: draw('ed25519'),
    approver: draw('ed25519'),
    desk: {
      director: draw('ed25519'),
      builder: draw('p256'),
      timestamp: draw('ed25519'),
      snapshot: draw('ed25519'),
      caPem: CA_PEM,
      issueDeviceCertificate: unused,
      issueServerCertificate: unused,
      close: async () => undefined,
    },
  };
}

function unused(): Promise<never> {
  return Promise.reject(new Error('a rehearsal issues no certificates'));
}
