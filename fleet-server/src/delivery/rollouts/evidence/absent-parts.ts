import { unpackArchive } from '@plumbline/shared/manifest';
import type { ReadDb } from '../../../platform/db/index.ts';
import type { ArtifactStore } from '../../../platform/ports/index.ts';
import { getModel } from '../../../supply/models/index.ts';
import type { GateInput } from '../gates/gate-input.ts';

type Part = GateInput['absent'][number];

/** A bundle never changes, so each is opened once by a process, and not at every look. */
const known = new WeakMap<ArtifactStore, Map<string, readonly Part[]>>();

/**
 * Parts that a bundle of this release lacks, so that gates which need them can never decide.
 * @throws ModelError `model_unknown`; what the artifact store throws
 */
export async function absentParts(
  deps: { db: ReadDb; artifacts: ArtifactStore },
  { line, version }: { line: string; version: string },
): Promise<GateInput['absent']> {
  const { variants } = await getModel(deps.db, line, version);
  const absent = new Set<Part>();
  for (const { archive } of variants) {
    for (const part of await lackingIn(deps.artifacts, archive)) absent.add(part);
  }
  return [...absent].toSorted();
}

async function lackingIn(artifacts: ArtifactStore, archive: string): Promise<readonly Part[]> {
  const opened = known.get(artifacts) ?? new Map<string, readonly Part[]>();
  known.set(artifacts, opened);
  const before = opened.get(archive);
  if (before !== undefined) return before;
  const files = unpackArchive(await artifacts.get(archive));
  const lacking = (['golden', 'reference'] as const).filter((part) => files[`${part}.json`] === undefined);
  opened.set(archive, lacking);
  return lacking;
}
