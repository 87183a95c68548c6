import type { ReadDb } from '../../../platform/db/index.ts';
import type { ArtifactStore } from '../../../platform/ports/index.ts';
import { getModel } from '../../../supply/models/index.ts';
import type { GateInput } from '../gates/gate-input.ts';
import { bundleParts } from './bundle-parts.ts';

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
    const parts = await bundleParts(deps.artifacts, archive);
    for (const part of ['golden', 'reference'] as const) if (parts[part] === 'absent') absent.add(part);
  }
  return [...absent].toSorted();
}
