import { attachSignature, lineRole, signedBytes, signWithBrowserKey, verifyRelease } from '@plumbline/shared/trust';
import { answered, api } from '../api/client.ts';
import type { BrowserKey } from './approver-key.ts';
import { keepSignedVersion } from './browser-trust.ts';
import type { Examination } from './examine-draft.ts';

/**
 * Signs the very bytes that were examined, looks at them as the release they then are, and hands the signature in.
 * @throws TrustError: a device would refuse it; ApiProblem: the server does
 */
export async function signDraft(examined: Examination, key: BrowserKey, user: string): Promise<void> {
  const { bytes, reading, targets, known } = examined;
  const { line, document } = reading;
  const role = lineRole(line);
  const signature = await signWithBrowserKey(signedBytes(bytes, role), key.pair);
  const whole = attachSignature(bytes, role, signature);
  verifyRelease(whole, targets, line, { knownVersion: known + 1, now: Date.now() });
  await answered(api.POST('/api/v1/approvals', { body: { line, document, actor: user, signature } }));
  await keepSignedVersion(line, document);
}
