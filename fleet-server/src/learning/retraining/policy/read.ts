import { asc, eq, retrainingPolicies, type ReadDb } from '../../../platform/db/index.ts';
import { RetrainingError } from '../errors.ts';
import { retrainPolicy, type RetrainPolicy } from './policy.ts';

export interface KeptPolicy {
  line: string;
  spec: RetrainPolicy;
  revision: number;
  /** ms. */
  updatedAt: number;
  updatedBy: string;
}

export async function listRetrainPolicies(db: ReadDb): Promise<KeptPolicy[]> {
  return (await db.select().from(retrainingPolicies).orderBy(asc(retrainingPolicies.line))).map(keptOf);
}

export async function findRetrainPolicy(db: ReadDb, line: string): Promise<KeptPolicy | undefined> {
  const [row] = await db.select().from(retrainingPolicies).where(eq(retrainingPolicies.line, line));
  return row && keptOf(row);
}

/** @throws RetrainingError `retrain_policy_unknown` */
export async function getRetrainPolicy(db: ReadDb, line: string): Promise<KeptPolicy> {
  const found = await findRetrainPolicy(db, line);
  if (found !== undefined) return found;
  throw new RetrainingError('retrain_policy_unknown', `${line} has no policy of retraining`, {
    kind: 'not-found',
    field: 'line',
    expected: 'a line that `plumbline retrain policy list` shows',
  });
}

function keptOf({ spec, ...row }: typeof retrainingPolicies.$inferSelect): KeptPolicy {
  // One that was written before a setting was there has the default of it.
  return { ...row, spec: retrainPolicy.parse(JSON.parse(spec)) };
}
