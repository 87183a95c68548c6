import type { ModelTrial } from '@plumbline/shared/predict';
import { addSignatures, fromBase64, toBase64, type RootDocument, type Signer } from '@plumbline/shared/trust';
import { messageOf } from '@plumbline/shared/errors';
import type { Client } from './client.ts';
import { examine, type Examination } from './examine.ts';
import { bumpOf, checkPolicy, type ApproverPolicy } from './policy.ts';

export interface Approval {
  line: string;
  version: string;
  signed: boolean;
  /** Why it was not signed; the version stays awaiting approval. */
  reason?: string;
  examination?: Examination;
}

interface Pending {
  line: string;
  version: string;
  document: number;
  bytes: string;
}

/** Looks at everything that waits and signs what the policy covers and the examination bears out. */
export async function approvePending(
  deps: { client: Client; trial: ModelTrial; root: RootDocument; signer: Signer; actor: string },
  policy: ApproverPolicy,
): Promise<Approval[]> {
  const { approvals } = await deps.client.get<{ approvals: Pending[] }>('/api/v1/approvals');
  const results: Approval[] = [];
  for (const pending of approvals.slice(0, policy.perHour)) {
    const { line, version } = pending;
    try {
      results.push({ line, version, signed: true, examination: await approveOne(deps, policy, pending) });
    } catch (error) {
      results.push({ line, version, signed: false, reason: messageOf(error) });
    }
  }
  return results;
}

async function approveOne(
  deps: Parameters<typeof approvePending>[0],
  policy: ApproverPolicy,
  { line, version, document, bytes }: Pending,
): Promise<Examination> {
  const draft = fromBase64(bytes);
  const examination = await examine(deps, draft, version);
  checkPolicy(policy, { line, bump: bumpOf(version, examination.predecessor), origin: examination.origin });
  const signed = addSignatures(draft, [deps.signer], 'draft');
  await deps.client.post('/api/v1/approvals', { line, document, bytes: toBase64(signed), actor: deps.actor });
  return examination;
}
