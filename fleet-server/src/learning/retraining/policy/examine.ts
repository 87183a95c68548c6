import { diffSpelled, type FieldChange } from '../../../delivery/declared/index.ts';
import { getPolicy as getRolloutPolicy } from '../../../delivery/rollouts/index.ts';
import type { Database, ReadDb } from '../../../platform/db/index.ts';
import { findDataset } from '../../datasets/index.ts';
import { RetrainingError } from '../errors.ts';
import { retrainPolicy, type RetrainPolicy } from './policy.ts';
import { findRetrainPolicy } from './read.ts';

export interface ExaminedPolicy {
  spec: RetrainPolicy;
  action: 'create' | 'change' | 'unchanged';
  /** 0: the line has none. */
  revision: number;
  fields: FieldChange[];
}

/**
 * What putting it would change.
 * @throws RetrainingError `retrain_policy_malformed`; DatasetError `dataset_unknown`; PolicyError `policy_unknown`
 */
export async function examineRetrainPolicy(
  { database }: { database: Database },
  written: unknown,
): Promise<ExaminedPolicy> {
  const spec = parseRetrainPolicy(written);
  await findDataset(database, spec.dataset);
  await requireStages(database.db, spec);
  const known = await findRetrainPolicy(database.db, spec.line);
  const before = known?.spec ?? {};
  const fields = diffSpelled({ written: before, meaning: before }, { written: spec, meaning: spec });
  const action = known === undefined ? 'create' : fields.length === 0 ? 'unchanged' : 'change';
  return { spec, action, revision: known?.revision ?? 0, fields };
}

/** @throws RetrainingError `retrain_policy_malformed` naming the path of what is wrong first, with all of it in `problems` */
export function parseRetrainPolicy(written: unknown): RetrainPolicy {
  const { success, data, error } = retrainPolicy.safeParse(written);
  if (success) return data;
  const problems = error.issues.map((issue) => {
    // A word that is not known is the fault, not what it stands in.
    const word = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    return { field: [...issue.path, ...word].join('.') || 'policy', message: issue.message };
  });
  const [first = { field: 'policy', message: 'a policy of retraining' }] = problems;
  const refused = malformed(first.field, `${first.field}: ${first.message}`, first.message);
  refused.problems = problems;
  throw refused;
}

/** Otherwise the first winner would be the one to find out. */
export async function requireStages(db: ReadDb, { mode, rolloutPolicy: name }: RetrainPolicy): Promise<void> {
  if (mode !== 'rollout') return;
  const { spec } = await getRolloutPolicy(db, name);
  if (spec.stages !== undefined) return;
  throw malformed('rolloutPolicy', `rolloutPolicy: ${name} names no stages`, 'a rollout policy with stages');
}

function malformed(field: string, message: string, expected: string): RetrainingError {
  return new RetrainingError('retrain_policy_malformed', message, { kind: 'invalid', field, expected });
}
