import type { GraphOutput } from '@plumbline/shared/manifest';
import { eq, modelVersions, type ReadDb } from '../../../platform/db/index.ts';

/** What each version of a line answers, as its manifest says. */
export async function outputsOf(db: ReadDb, line: string): Promise<Map<string, GraphOutput>> {
  const { version, subject } = modelVersions;
  const rows = await db.select({ version, subject }).from(modelVersions).where(eq(modelVersions.line, line));
  return new Map(
    rows.flatMap((row): [string, GraphOutput][] => {
      const { output } = JSON.parse(row.subject) as { output?: GraphOutput };
      return output === undefined ? [] : [[row.version, output]];
    }),
  );
}
