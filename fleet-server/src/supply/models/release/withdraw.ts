import { record } from '../../../platform/audit/index.ts';
import { and, eq, lineDrafts, modelVersions, type Db } from '../../../platform/db/index.ts';
import { overtakeDrafts, type DraftDeps } from './drafts.ts';

/**
 * Marks a release as gone back on: the next one follows its predecessor. Drafts whose return ticket leads to it are
 * drafted again. Part of the transaction of a revert; what is in force stays, so that no offline key is needed.
 */
export async function withdrawModel(
  tx: Db,
  deps: DraftDeps,
  actor: string,
  withdrawn: { line: string; version: string; reason: string },
): Promise<void> {
  const { line, version, reason } = withdrawn;
  await tx
    .update(modelVersions)
    .set({ state: 'refused' })
    .where(and(eq(modelVersions.line, line), eq(modelVersions.version, version)));
  await record(tx, { actor, action: 'models.withdraw', subject: `model:${line}@${version}`, details: { reason } });
  const [follower] = await tx
    .select({ document: lineDrafts.document })
    .from(lineDrafts)
    .innerJoin(
      modelVersions,
      and(eq(modelVersions.line, lineDrafts.line), eq(modelVersions.version, lineDrafts.release)),
    )
    .where(and(eq(lineDrafts.line, line), eq(lineDrafts.state, 'waiting'), eq(modelVersions.predecessor, version)))
    .limit(1);
  if (follower !== undefined) await overtakeDrafts(tx, deps, actor, line);
}
