import { messageOf } from '@plumbline/shared/errors';
import type { ImageTrust } from '@plumbline/shared/trust';
import type { Approver } from './open-approver.ts';
import { ApproverError, bumpOf, checkPolicy, checkRenewalPolicy, type ApproverPolicy } from './policy.ts';
import { examineDraft, refreshTrust, signDraft, type AnyExamination, type Pending } from './sign-draft.ts';

export interface Approval {
  kind: 'release' | 'renewal';
  line: string;
  version: string | null;
  document: number;
  signed: boolean;
  /** Why it was not signed; it stays waiting. */
  reason?: string;
  examination?: AnyExamination;
}

/** Looks at everything that waits and signs what the policy covers and the examination bears out. */
export async function approvePending(approver: Approver, policy: ApproverPolicy): Promise<Approval[]> {
  const { approvals } = await approver.client.get<{ approvals: Pending[] }>('/api/v1/approvals');
  if (approvals.length === 0) return [];
  const trust = await refreshTrust(approver);
  const results: Approval[] = [];
  for (const pending of approvals) {
    const { kind, line, version, document } = pending;
    const draft = { kind, line, version, document };
    try {
      results.push({ ...draft, signed: true, examination: await approveOne(approver, trust, policy, pending) });
    } catch (error) {
      results.push({ ...draft, signed: false, reason: messageOf(error) });
    }
  }
  return results;
}

async function approveOne(
  approver: Approver,
  trust: ImageTrust,
  policy: ApproverPolicy,
  pending: Pending,
): Promise<AnyExamination> {
  // Before the examination, which costs minutes: a flood of drafts is what the rate is for.
  await refuseAboveRate(approver, policy);
  if (pending.kind === 'renewal') checkRenewalPolicy(policy, pending.line);
  const examination = await examineDraft(approver, trust, pending);
  if (examination.kind === 'release') {
    const { line, version, predecessor, origin, worseByAtMost } = examination;
    checkPolicy(policy, { line, bump: bumpOf(version, predecessor), origin, worseByAtMost });
  }
  await signDraft(approver, trust, pending);
  return examination;
}

async function refuseAboveRate({ folder, now }: Approver, { perHour }: ApproverPolicy): Promise<void> {
  const signed = folder.signedWithinHour(await now());
  if (signed < perHour) return;
  throw new ApproverError('rate_capped', `${signed} were signed within the hour`, {
    kind: 'refused',
    field: 'perHour',
    expected: `≤ ${perHour} an hour`,
  });
}
