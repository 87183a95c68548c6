import { z } from 'zod';
import { fromBase64Url, toBase64Url } from './bytes.ts';
import { canonicalBytes } from './canonical-json.ts';
import { TrustError } from './errors.ts';

/** What an installer carries to a device: where to enrol, a one-time secret, and the hash that pins the root of trust. */
const contents = z.strictObject({
  v: z.literal(1),
  url: z.url(),
  token: z.string().min(16).max(128),
  rootSha256: z.string().regex(/^[0-9a-f]{64}$/),
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
