import { unpackArchive } from '@plumbline/shared/manifest';
import type { ReadDb } from '../../../platform/db/index.ts';
import type { ArtifactStore } from '../../../platform/ports/index.ts';
import { getModel } from '../../../supply/models/index.ts';
import type { GateInput } from '../gates/gate-input.ts';

/**
 * Parts that a bundle of this release lacks, so that gates which need them can never decide.
 * @throws ModelError `model_unknown`; what the artifact store throws
 */
export async function absentParts(
  deps: { db: ReadDb; artifacts: ArtifactStore },
  { line, version }: { line: string; version: string },
): Promise<GateInput['absent']> {
  const { variants } = await getModel(deps.db, line, version);
  const absent = new Set<GateInput['absent'][number]>();
  for (const { archive } of variants) {
    const files = unpackArchive(await deps.artifacts.get(archive));
    if (files['golden.json'] === undefined) absent.add('golden');
    if (files['reference.json'] === undefined) absent.add('reference');
  }
  return [...absent].toSorted();
}
