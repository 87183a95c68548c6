import { utf8 } from '../bytes.ts';

/**
 * What a device signs besides its connect tokens (those begin with base64). Each kind begins with a line of its own, so
 * that a signature made for one is worth nothing for another, whatever text the other side chose.
 */
export function enrolmentProofBytes(token: string): Uint8Array {
  return utf8(`plumbline enrolment v1\n${token}`);
}

/** `nonce` is the server's, so neither side's clock matters. */
export function renewalProofBytes(request: { site: string; device: string; nonce: string }): Uint8Array {
  return utf8(`plumbline certificate renewal v1\n${request.site}\n${request.device}\n${request.nonce}`);
}
