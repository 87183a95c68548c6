import { and, eq } from 'drizzle-orm';
import { record } from '../../platform/audit/index.ts';
import { modelVersions, type Db } from '../../platform/db/index.ts';

/** Marks a release as gone back on: the next one follows its predecessor. Part of the transaction of a revert. */
export async function withdrawModel(
  tx: Db,
  actor: string,
  line: string,
  version: string,
  reason: string,
): Promise<void> {
  await tx
    .update(modelVersions)
    .set({ state: 'refused' })
    .where(and(eq(modelVersions.line, line), eq(modelVersions.version, version)));
  await record(tx, { actor, action: 'models.withdraw', subject: `model:${line}@${version}`, details: { reason } });
}
