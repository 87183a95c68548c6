import { readFile } from 'node:fs/promises';
import { diff } from 'semver';
import { parse } from 'yaml';
import { z } from 'zod';
import { CodedError } from '@plumbline/shared/errors';

export class ApproverError extends CodedError<
  | 'policy_malformed'
  | 'policy_refuses'
  | 'bundle_differs'
  | 'golden_differs'
  | 'gate_not_passed'
  | 'candidate_not_better'
  | 'candidate_worse_in_slice'
  | 'targets_changed'
  | 'rate_capped'
  | 'key_not_delegated'
  | 'not_pending'
  | 'root_missing'
  | 'root_differs'
  | 'trust_malformed'
> {
  override readonly name = 'ApproverError';
}

const bump = z.enum(['first', 'major', 'minor', 'patch']);

/** What an unattended approver may sign at all; whatever else waits stays waiting for a person. */
export const approverPolicy = z.strictObject({
  v: z.literal(1),
  /** Names of lines; `*` is every line. */
  lines: z.array(z.string()).min(1),
  bumps: z.array(bump).min(1),
  /** `imported` models carry no quality gate of ours. */
  origins: z.array(z.enum(['trained', 'imported'])).min(1),
  /**
   * After a finding, a candidate that did no worse than its predecessor may surely not be worse by more than this, Brier;
   * 0: only what is surely better.
   */
  worseByAtMost: z.number().min(0).max(0.05).default(0),
  /** Signatures within any hour, whatever they are for. */
  perHour: z.number().int().positive(),
  /** Line metadata that lists what is in force once more, for longer. */
  renewals: z.boolean().default(true),
});

export type ApproverPolicy = z.infer<typeof approverPolicy>;
export type ReleaseBump = z.infer<typeof bump>;

/** For development keys only: everything that is proven may be signed. */
export const DEVELOPMENT_POLICY: ApproverPolicy = {
  v: 1,
  lines: ['*'],
  bumps: ['first', 'major', 'minor', 'patch'],
  origins: ['trained', 'imported'],
  worseByAtMost: 0.01,
  perHour: 1000,
  renewals: true,
};

export async function readPolicy(path: string): Promise<ApproverPolicy> {
  const parsed = approverPolicy.safeParse(parse(await readFile(path, 'utf8')));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.') ?? 'policy';
  throw new ApproverError('policy_malformed', `${path}: ${field}: ${issue?.message}`, { field });
}

export function bumpOf(version: string, predecessor: string | undefined): ReleaseBump {
  if (predecessor === undefined) return 'first';
  const step = diff(version, predecessor);
  return step === 'major' || step === 'minor' ? step : 'patch';
}

/** @throws ApproverError `policy_refuses`, saying what the policy lacks. */
export function checkPolicy(
  policy: ApproverPolicy,
  release: { line: string; bump: ReleaseBump; origin: string; worseByAtMost: number },
): void {
  if (!policy.lines.includes('*') && !policy.lines.includes(release.line)) throw refuse('line', release.line);
  if (!policy.bumps.includes(release.bump)) throw refuse('bump', release.bump);
  if (!policy.origins.some((origin) => origin === release.origin)) throw refuse('origin', release.origin);
  if (release.worseByAtMost > policy.worseByAtMost) throw refuse('worseByAtMost', release.worseByAtMost.toFixed(4));
}

/** @throws ApproverError `policy_refuses` */
export function checkRenewalPolicy(policy: ApproverPolicy, line: string): void {
  if (!policy.lines.includes('*') && !policy.lines.includes(line)) throw refuse('line', line);
  if (!policy.renewals) throw refuse('renewals of', line);
}

function refuse(field: string, value: string): ApproverError {
  return new ApproverError('policy_refuses', `the policy does not cover ${field} ${value}`, { kind: 'refused', field });
}
