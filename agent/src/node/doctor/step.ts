import { codeOf, isCodedError, messageOf, type ErrorKind } from '@plumbline/shared/errors';

/** One thing the doctor looked at, in one sentence. */
export interface Step {
  /** `folder`, `enrolled`, `certificate`, `clock`, `session`, `models`, or the address of an endpoint. */
  step: string;
  outcome: 'ok' | 'failed' | 'skipped';
  says: string;
  /** What is wrong, in the codes of the agent's own errors. */
  code?: string;
  /** `unavailable` may pass by itself; everything else waits for a person. */
  kind?: ErrorKind;
}

export function ok(step: string, says: string): Step {
  return { step, outcome: 'ok', says };
}

export function skipped(step: string, says: string): Step {
  return { step, outcome: 'skipped', says };
}

export function failed(step: string, code: string, says: string, kind: ErrorKind = 'refused'): Step {
  return { step, outcome: 'failed', says, code, kind };
}

export function failedBy(step: string, error: unknown): Step {
  return failed(step, codeOf(error), messageOf(error), isCodedError(error) ? error.kind : 'internal');
}
