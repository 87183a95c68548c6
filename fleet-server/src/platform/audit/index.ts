export { chainHead, type ChainHead } from './chain.ts';
export type { AuditEntry, AuditRow } from './entry.ts';
export { AuditError, type AuditErrorCode } from './errors.ts';
export { makeAuditKey, readHead, signHead, type SignedHead } from './head.ts';
export { forgetKeptHeads, keptHeadAt, noteKeptHead, unkeptSince, type KeptHead } from './kept-head.ts';
export { list, type AuditPage, type AuditQuery } from './list.ts';
export { pagesOf, readLine } from './pages.ts';
export { record, recordAll } from './record.ts';
export { verifyChain, verifyPages, type ChainBreak } from './verify-chain.ts';
