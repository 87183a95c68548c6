import { createSigner, type LocalSigner } from '@plumbline/shared/trust';

export const SITE = 'site-1';
export const DEVICE = 'gateway-1';
export const LINE = 'delay';
/** Later than any test: milliseconds, and as metadata write it. */
export const FAR = 3_976_214_400_000;
export const FAR_TEXT = '2096-01-01T00:00:00Z';
/** When the clocks of tests begin. */
export const ISSUED = 1_767_225_600_000;
export const ISSUED_TEXT = '2026-01-01T00:00:00Z';

/** Stands where a certificate has to stand; networks in memory look at none. */
export const CA_PEM = '-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n';

function signer(type: 'ed25519' | 'p256', fill: number): LocalSigner {
  return createSigner({ type, secret: new Uint8Array(32).fill(fill) });
}

/** The keys of a fleet that exists for one test; each speaks for the role of its name. */
export const FLEET = {
  root: signer('ed25519', 1),
  director: signer('ed25519', 2),
  builder: signer('p256', 3),
  approver: signer('ed25519', 4),
  stranger: signer('ed25519', 5),
  targets: signer('ed25519', 6),
  snapshot: signer('ed25519', 7),
  timestamp: signer('ed25519', 8),
};
