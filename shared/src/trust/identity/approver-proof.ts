import { utf8 } from '../bytes.ts';
import { signatureHolds } from '../image/metadata.ts';
import type { PublicKey } from '../signing/keys.ts';

/**
 * What somebody signs to show that an approver's key is theirs: nobody puts the key of another one down as their own.
 * It says for whom, so that it is worth nothing in another's hands; no metadata begin like it.
 */
export function approverProofBytes(user: string, keyId: string): Uint8Array {
  return utf8(`plumbline approver key v1\n${user}\n${keyId}`);
}

/** @param sig in hex, as TUF metadata carry it */
export function provesApprover(user: string, keyId: string, key: PublicKey, sig: string): boolean {
  return signatureHolds(key, approverProofBytes(user, keyId), sig);
}
