import { signAssignment, type AssignmentDocument, type Signer } from '@plumbline/shared/trust';
import type { Release } from './bundle.ts';
import { DEVICE, FAR, FLEET, ISSUED, SITE } from './keys.ts';

/** What a director orders of the device under test. */
export function mintAssignment(
  seq: number,
  releases: readonly Release[],
  { signers = [FLEET.director], ...change }: Partial<AssignmentDocument> & { signers?: Signer[] } = {},
): Promise<Uint8Array> {
  const document: AssignmentDocument = {
    type: 'assignment',
    v: 1,
    site: SITE,
    device: DEVICE,
    seq,
    issued: ISSUED,
    expires: FAR,
    nonce: `nonce-of-${seq}`,
    models: releases.map(({ assigned }) => assigned),
    settings: {},
    floors: {},
    timeFloor: 0,
    ...change,
  };
  return signAssignment(document, signers);
}
