import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { isCodedError } from '@plumbline/shared/errors';
import { name as nameSchema } from '@plumbline/shared/trust';
import { record } from '../../../platform/audit/index.ts';
import { and, eq, policies, timeOf, type Db } from '../../../platform/db/index.ts';
import { parsePlan } from '../plan/parse-plan.ts';
import { applyPolicy } from './apply-policy.ts';
import { builtIn } from './built-in.ts';
import { PolicyError } from './errors.ts';
import { policySpec, type Policy, type WrittenPolicy } from './policy.ts';
import { findPolicy, getPolicy } from './read.ts';

export interface PolicyChange {
  name: string;
  /** As it was written; checked here. */
  spec: unknown;
  /** Refused when the policy has another one; 0 for one that does not exist yet. */
  expectedRevision?: number | undefined;
}

/**
 * Writes a policy, or changes it. What means the same writes nothing, so files may be applied again. Rollouts that were
 * made with it keep what they took over.
 * @throws PolicyError `policy_malformed` naming the field, `policy_built_in`, `policy_changed_meanwhile`
 */
export async function putPolicy(tx: Db, actor: string, change: PolicyChange): Promise<Policy> {
  const name = checked(nameSchema, change.name, 'name');
  const meaning = checked(policySpec, change.spec, 'spec');
  const spec = change.spec as WrittenPolicy;
  refuseBuiltIn(name);
  refuseUseless(spec);
  const before = await findPolicy(tx, name);
  guardRevision(name, before?.revision ?? 0, change.expectedRevision);
  if (before !== undefined && isDeepStrictEqual(policySpec.parse(before.spec), meaning)) return before;
  const at = timeOf(tx);
  const values = { spec: JSON.stringify(spec), revision: (before?.revision ?? 0) + 1, updatedAt: at, updatedBy: actor };
  if (before === undefined) await tx.insert(policies).values({ name, createdAt: at, ...values });
  else await tx.update(policies).set(values).where(eq(policies.name, name));
  await record(tx, {
    actor,
    action: before === undefined ? 'policies.create' : 'policies.update',
    subject: `policy:${name}`,
    details: { revision: values.revision, spec },
  });
  return { name, spec, isBuiltIn: false, revision: values.revision, updatedAt: at, updatedBy: actor };
}

/**
 * Rollouts that were made with it keep what they took over; new ones cannot name it any more.
 * @throws PolicyError `policy_unknown`, `policy_built_in`, `policy_changed_meanwhile`
 */
export async function removePolicy(
  tx: Db,
  actor: string,
  { name, expectedRevision }: { name: string; expectedRevision?: number | undefined },
): Promise<void> {
  refuseBuiltIn(name);
  const { revision } = await getPolicy(tx, name);
  guardRevision(name, revision, expectedRevision);
  await tx.delete(policies).where(and(eq(policies.name, name), eq(policies.revision, revision)));
  await record(tx, { actor, action: 'policies.remove', subject: `policy:${name}`, details: { revision } });
}

function guardRevision(name: string, revision: number, expected: number | undefined): void {
  if (expected === undefined || expected === revision) return;
  throw new PolicyError('policy_changed_meanwhile', `policy ${name} is at revision ${revision}, not ${expected}`, {
    kind: 'conflict',
    field: 'expectedRevision',
    expected: String(revision),
  });
}

function refuseBuiltIn(name: string): void {
  if (builtIn(name) === undefined) return;
  throw new PolicyError('policy_built_in', `policy ${name} came with the program and stays as it is`, {
    kind: 'refused',
    field: 'name',
    expected: 'another name; its text may be copied',
  });
}

/** What no rollout could ever take over: stages that add nobody, days that are not in the calendar. */
function refuseUseless(spec: WrittenPolicy): void {
  const stages: WrittenPolicy['stages'] = [{ name: 'all', size: { percent: 100 } }];
  try {
    parsePlan(applyPolicy({ line: 'any', version: '1.0.0' }, { stages, ...spec }));
  } catch (error) {
    if (!isCodedError(error)) throw error;
    throw new PolicyError('policy_malformed', error.message.replace(/^rollout: /, ''), {
      field: `spec.${error.field}`,
      ...(error.expected === undefined ? {} : { expected: error.expected }),
      cause: error,
    });
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, root: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = [root, ...(issue?.path ?? [])].join('.');
  throw new PolicyError('policy_malformed', `${field}: ${issue?.message}`, {
    field,
    expected: issue?.message ?? 'the schema of a policy',
  });
}
