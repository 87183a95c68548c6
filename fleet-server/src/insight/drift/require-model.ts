import { eq, modelVersions, type ReadDb } from '../../platform/db/index.ts';
import { getModel, ModelError } from '../../supply/models/index.ts';

/** That nothing is known of a model that nobody has is no answer. @throws ModelError `model_unknown` */
export async function requireModel(db: ReadDb, line: string, version?: string): Promise<void> {
  if (version !== undefined) return void (await getModel(db, line, version));
  const found = await db
    .select({ version: modelVersions.version })
    .from(modelVersions)
    .where(eq(modelVersions.line, line))
    .limit(1);
  if (found.length > 0) return;
  throw new ModelError('model_unknown', `no model ${line}`, {
    kind: 'not-found',
    field: 'model',
    expected: 'a line that `plumbline models list` shows',
  });
}
