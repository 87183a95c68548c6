import { record } from '../../../platform/audit/index.ts';
import { and, eq, retrainingPolicies, timeOf, type Database } from '../../../platform/db/index.ts';
import { getPolicy as getRolloutPolicy } from '../../../delivery/rollouts/index.ts';
import { findDataset } from '../../datasets/index.ts';
import { RetrainingError } from '../errors.ts';
import { retrainPolicy } from './policy.ts';
import { findRetrainPolicy, getRetrainPolicy, type KeptPolicy } from './read.ts';

/**
 * Makes the policy of a line what is written; said again, it changes nothing. A turn that is under way goes on as it began.
 * @throws RetrainingError `retrain_policy_malformed`, `retrain_policy_changed`; DatasetError `dataset_unknown`; PolicyError
 * `policy_unknown`
 */
export async function putRetrainPolicy(
  deps: { database: Database },
  actor: string,
  written: unknown,
): Promise<{ policy: KeptPolicy; action: 'create' | 'change' | 'unchanged' }> {
  const { success, data: spec, error } = retrainPolicy.safeParse(written);
  if (!success) {
    const issue = error.issues[0];
    // A word that is not known is the fault, not what it stands in.
    const word = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    const field = [...(issue?.path ?? []), ...word].join('.') || 'policy';
    throw new RetrainingError('retrain_policy_malformed', `${field}: ${issue?.message}`, {
      kind: 'invalid',
      field,
      expected: issue?.message ?? 'a policy of retraining',
    });
  }
  await findDataset(deps.database, spec.dataset);
  return deps.database.transaction(async (tx) => {
    const { line } = spec;
    if (spec.mode === 'rollout') await requireStages(tx, spec.rolloutPolicy);
    const known = await findRetrainPolicy(tx, line);
    const text = JSON.stringify(spec);
    if (known !== undefined && JSON.stringify(known.spec) === text) return { policy: known, action: 'unchanged' };
    const change = { spec: text, updatedAt: timeOf(tx), updatedBy: actor, revision: (known?.revision ?? 0) + 1 };
    if (known === undefined) await tx.insert(retrainingPolicies).values({ line, ...change });
    else {
      const changed = await tx
        .update(retrainingPolicies)
        .set(change)
        .where(and(eq(retrainingPolicies.line, line), eq(retrainingPolicies.revision, known.revision)))
        .returning({ line: retrainingPolicies.line });
      if (changed.length === 0) {
        throw new RetrainingError('retrain_policy_changed', `the policy of ${line} was changed meanwhile`, {
          kind: 'conflict',
          field: 'line',
        });
      }
    }
    const action = known === undefined ? 'create' : 'change';
    await record(tx, { actor, action: `retraining.policy-${action}`, subject: `model:${line}`, details: { spec } });
    return { policy: await getRetrainPolicy(tx, line), action };
  });
}

/** Otherwise the first winner would be the one to find out. */
async function requireStages(tx: Parameters<typeof getRolloutPolicy>[0], name: string): Promise<void> {
  const { spec } = await getRolloutPolicy(tx, name);
  if (spec.stages !== undefined) return;
  throw new RetrainingError('retrain_policy_malformed', `rolloutPolicy: ${name} names no stages`, {
    kind: 'invalid',
    field: 'rolloutPolicy',
    expected: 'a rollout policy with stages',
  });
}
