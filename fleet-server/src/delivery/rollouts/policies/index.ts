export { applyPolicy, resolvePolicy, type UnresolvedPlan } from './apply-policy.ts';
export { PolicyError, type PolicyErrorCode } from './errors.ts';
export { policySpec, type Policy, type WrittenPolicy } from './policy.ts';
export { putPolicy, removePolicy, type PolicyChange } from './put.ts';
export { findPolicy, getPolicy, listPolicies } from './read.ts';
