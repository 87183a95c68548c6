export { GuardError, type GuardErrorCode } from './errors.ts';
export { createGuard, type Guard, type Verdict } from './guard.ts';
export { PRODUCTION_LIMITS, SPECIFICATION_LIMITS, type GuardLimits } from './limits.ts';
