export { chainHead, type ChainHead } from './chain.ts';
export type { AuditEntry, AuditRow } from './entry.ts';
export { AuditError, type AuditErrorCode } from './errors.ts';
export { list, type AuditPage, type AuditQuery } from './list.ts';
export { record, recordAll } from './record.ts';
export { verifyChain, type ChainBreak } from './verify-chain.ts';
