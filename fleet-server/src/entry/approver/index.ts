export { approvePending, type Approval } from './approve-pending.ts';
export { ClientError, createClient, type Client } from './client.ts';
export { examine, readDraft, type Examination } from './examine.ts';
export { ApproverError, DEVELOPMENT_POLICY, readPolicy, type ApproverPolicy } from './policy.ts';
