import type { DeviceCertificate, RenewRequest } from '@plumbline/shared/api';
import { fromHex, publicKey, renewalProofBytes, verifySignature, type PublicKey } from '@plumbline/shared/trust';
import { devices, eq } from '../../../platform/db/index.ts';
import { DeviceError } from '../errors.ts';
import { readStanding, refuseBarred } from '../standing/standing.ts';
import type { Challenges } from './challenges.ts';
import { issueCertificate, type IssueDeps } from './issue.ts';

/** Checked in place of the key of a device that does not exist, so that the refusal takes as long. */
const NOBODY: PublicKey = {
  type: 'ed25519',
  public: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
};

/** Each certificate is a row of the audit for ever: a device gone mad must not fill it. */
const MIN_INTERVAL_MS = 60_000;

/**
 * A new certificate for a device that proves its key; the old one may have expired months ago. Names can be guessed, so
 * a stranger gets one answer for all of them; only who holds the key learns that it was revoked.
 * @throws DeviceError `nonce_invalid`, `proof_invalid`; after the proof `device_revoked`, `device_quarantined`, `renewed_just_now`
 */
export async function renewCertificate(
  deps: IssueDeps & { challenges: Challenges },
  request: RenewRequest,
): Promise<DeviceCertificate> {
  const { site, device, nonce, signature } = request;
  if (!deps.challenges.isValid(nonce, request)) {
    throw new DeviceError('nonce_invalid', 'renewal: ask for a new challenge', {
      kind: 'unauthenticated',
      field: 'nonce',
      expected: 'a nonce of the last minute, for this name',
    });
  }
  const [known] = await deps.database.db.select().from(devices).where(eq(devices.id, device));
  const key = known === undefined ? NOBODY : publicKey.parse(JSON.parse(known.publicKey));
  const isProven = verifySignature(key, renewalProofBytes({ site, device, nonce }), fromHex(signature));
  if (known?.site !== site || !isProven) {
    throw new DeviceError('proof_invalid', 'renewal: the proof is not by the key of this device', {
      kind: 'unauthenticated',
      field: 'signature',
    });
  }
  refuseBarred(device, readStanding(known));
  const pauseMs = (known.certificateIssuedAt ?? -Infinity) + MIN_INTERVAL_MS - deps.now();
  if (pauseMs > 0) {
    throw new DeviceError('renewed_just_now', `renewal: ${device} has one that is not a minute old`, {
      kind: 'unavailable',
      field: 'device',
      expected: `a pause of ${Math.ceil(pauseMs / 1000)} s`,
    });
  }
  return issueCertificate(deps, { site, device, publicKey: key, cause: 'renewal' });
}
