import { z } from 'zod';
import { fromBase64Url, toBase64Url } from '../bytes.ts';
import { canonicalBytes } from '../signing/canonical-json.ts';
import { TrustError } from '../errors.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * What an installer carries to a device: where to enrol, a one-time secret, and the hashes that pin the root of trust
 * and the authority of the server's certificate, so that nobody in between can take the server's place.
 */
const contents = z.strictObject({
  v: z.literal(1),
  url: z.url(),
  token: z.string().regex(/^[A-Za-z0-9_-]{16,128}$/),
  rootSha256: sha256,
  /** Over the DER of the certificate: `certificateSha256`. */
  caSha256: sha256,
  /** ms; the first time a device may trust: it is not earlier, whatever its clock says. */
  issuedAt: z.number().int().nonnegative(),
});

export type EnrolmentCode = z.infer<typeof contents>;

const PREFIX = 'plumbline1.';

export function formatEnrolmentCode(code: EnrolmentCode): string {
  return PREFIX + toBase64Url(canonicalBytes(code));
}

/** @throws TrustError `token_invalid` for anything that is not a whole enrolment code. */
export function parseEnrolmentCode(text: string): EnrolmentCode {
  const trimmed = text.trim();
  try {
    if (!trimmed.startsWith(PREFIX)) throw new Error('wrong prefix');
    return contents.parse(JSON.parse(new TextDecoder().decode(fromBase64Url(trimmed.slice(PREFIX.length)))));
  } catch {
    throw new TrustError('token_invalid', 'not an enrolment code', 'code', `text that begins with ${PREFIX}`);
  }
}
