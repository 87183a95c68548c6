import { record } from '../../../platform/audit/index.ts';
import { and, eq, retrainingPolicies, timeOf, type Database } from '../../../platform/db/index.ts';
import { findDataset } from '../../datasets/index.ts';
import { RetrainingError } from '../errors.ts';
import { parseRetrainPolicy, requireStages } from './examine.ts';
import { findRetrainPolicy, getRetrainPolicy, type KeptPolicy } from './read.ts';

/**
 * Makes the policy of a line what is written; said again, it changes nothing. A turn that is under way goes on as it began.
 * @param expectedRevision refused when the policy has another one; 0: when the line has one
 * @throws RetrainingError `retrain_policy_malformed`, `retrain_policy_changed`; DatasetError `dataset_unknown`; PolicyError
 * `policy_unknown`
 */
export async function putRetrainPolicy(
  deps: { database: Database },
  actor: string,
  written: unknown,
  expectedRevision?: number,
): Promise<{ policy: KeptPolicy; action: 'create' | 'change' | 'unchanged' }> {
  const spec = parseRetrainPolicy(written);
  await findDataset(deps.database, spec.dataset);
  return deps.database.transaction(async (tx) => {
    const { line } = spec;
    await requireStages(tx, spec);
    const known = await findRetrainPolicy(tx, line);
    if (expectedRevision !== undefined && expectedRevision !== (known?.revision ?? 0)) throw changed(line);
    const text = JSON.stringify(spec);
    if (known !== undefined && JSON.stringify(known.spec) === text) return { policy: known, action: 'unchanged' };
    const change = { spec: text, updatedAt: timeOf(tx), updatedBy: actor, revision: (known?.revision ?? 0) + 1 };
    if (known === undefined) await tx.insert(retrainingPolicies).values({ line, ...change });
    else {
      const rows = await tx
        .update(retrainingPolicies)
        .set(change)
        .where(and(eq(retrainingPolicies.line, line), eq(retrainingPolicies.revision, known.revision)))
        .returning({ line: retrainingPolicies.line });
      if (rows.length === 0) throw changed(line);
    }
    const action = known === undefined ? 'create' : 'change';
    await record(tx, { actor, action: `retraining.policy-${action}`, subject: `model:${line}`, details: { spec } });
    return { policy: await getRetrainPolicy(tx, line), action };
  });
}

function changed(line: string): RetrainingError {
  return new RetrainingError('retrain_policy_changed', `the policy of ${line} was changed meanwhile`, {
    kind: 'conflict',
    field: 'line',
    expected: 'a look at what it is now',
  });
}
