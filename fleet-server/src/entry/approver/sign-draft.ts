import {
  addMetadataSignatures,
  fromBase64,
  keyId,
  lineKeys,
  lineRole,
  refresh,
  toBase64,
  TrustError,
  verifyRelease,
  type ImageTrust,
} from '@plumbline/shared/trust';
import { examine, type Examination } from './examination/examine.ts';
import { examineRenewal, type RenewalExamination } from './examination/examine-renewal.ts';
import type { Approver } from './open-approver.ts';
import { ApproverError } from './policy.ts';

/** A draft as the server lists it; nothing of it is believed. */
export interface Pending {
  kind: 'release' | 'renewal';
  line: string;
  version: string | null;
  document: number;
  /** Base64. */
  bytes: string;
}

export type AnyExamination = Examination | RenewalExamination;

/** Brings the approver's own trust up to date, by the rules a device follows. @throws TrustError */
export async function refreshTrust({ folder, source, now }: Approver): Promise<ImageTrust> {
  return refresh(folder.trust, source, await now(), (trust) => folder.keepTrust(trust));
}

/** What this draft is, made out from the bytes. @throws ApproverError, TrustError: why it must not be signed */
export async function examineDraft(approver: Approver, trust: ImageTrust, pending: Pending): Promise<AnyExamination> {
  const { line, kind, version } = pending;
  const targets = trust.targets?.signed;
  if (targets === undefined) throw new TrustError('role_missing', 'targets: not known', 'targets');
  if (!lineKeys(targets, line, 'approvers').some((key) => keyId(key) === approver.signer.keyId)) {
    throw new ApproverError('key_not_delegated', `line ${line}: this key is no approver of it`, {
      kind: 'refused',
      field: 'key',
      expected: 'a key that `plumbline keys approver add` registered for the line',
    });
  }
  const bytes = fromBase64(pending.bytes);
  if (kind === 'release' && version !== null) return examine({ ...approver, targets }, { line, version, bytes });
  const { source, folder } = approver;
  return examineRenewal({ source, trust, knownVersion: folder.lineVersion(line) }, { line, bytes });
}

/**
 * Signs a draft that was examined, and hands it in. It is looked at as the release it then is before it leaves: neither
 * a rollback of what this approver has signed before, nor anything a device would refuse.
 */
export async function signDraft(approver: Approver, trust: ImageTrust, pending: Pending): Promise<void> {
  const { folder, signer, client, actor, now } = approver;
  const { line, document } = pending;
  const role = lineRole(line);
  const targets = trust.targets?.signed;
  if (targets === undefined) throw new TrustError('role_missing', 'targets: not known', 'targets');
  const signed = await addMetadataSignatures(fromBase64(pending.bytes), [signer], role);
  const inSnapshot = trust.snapshot?.signed.meta[`${role}.json`]?.version ?? 0;
  const known = Math.max(inSnapshot, folder.lineVersion(line));
  const at = await now();
  const { version } = verifyRelease(signed, targets, line, { knownVersion: known + 1, now: at });
  await folder.countSignature(at);
  await client.post('/api/v1/approvals', { line, document, bytes: toBase64(signed), actor });
  await folder.keepLineVersion(line, version);
}
