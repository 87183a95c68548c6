import { manifest, unpackArchive, type Manifest } from '@plumbline/shared/manifest';
import type { ArtifactStore } from '../../../platform/ports/index.ts';

/** A bundle never changes, so each is opened once by a process, and not at every look. */
const known = new WeakMap<ArtifactStore, Map<string, Manifest['parts']>>();

/**
 * Which parts a bundle has, as its manifest says.
 * @throws what the artifact store throws, and what reading an archive does
 */
export async function bundleParts(artifacts: ArtifactStore, archive: string): Promise<Manifest['parts']> {
  const opened = known.get(artifacts) ?? new Map<string, Manifest['parts']>();
  known.set(artifacts, opened);
  const before = opened.get(archive);
  if (before !== undefined) return before;
  const file = unpackArchive(await artifacts.get(archive))['manifest.json'];
  const { parts } = manifest.parse(JSON.parse(new TextDecoder().decode(file)));
  opened.set(archive, parts);
  return parts;
}
