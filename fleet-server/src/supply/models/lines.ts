import { asc, desc, modelVersions, type ReadDb } from '../../platform/db/index.ts';
import { getModel, type VersionSummary } from './list.ts';
import { deprecationsOf } from './registry/deprecations.ts';

export interface LineSummary {
  line: string;
  versions: number;
  newest: VersionSummary;
  /** The newest that an approver has signed and nobody has taken out of use; null: there is none. */
  inForce: VersionSummary | null;
}

/** Every line by name. */
export async function listLinesOfModels(db: ReadDb): Promise<LineSummary[]> {
  const { line, version, state, counter } = modelVersions;
  const rows = await db.select({ line, version, state }).from(modelVersions).orderBy(asc(line), desc(counter));
  const deprecations = await deprecationsOf(db);
  const lines: LineSummary[] = [];
  for (const [name, own] of Map.groupBy(rows, (row) => row.line)) {
    const force = own.find((row) => row.state === 'published' && !deprecations.has(`${name}@${row.version}`));
    lines.push({
      line: name,
      versions: own.length,
      newest: await getModel(db, name, own[0]!.version),
      inForce: force === undefined ? null : await getModel(db, name, force.version),
    });
  }
  return lines;
}
