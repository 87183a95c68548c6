import { reference, type Reference } from '@plumbline/shared/drift';
import { unpackArchive } from '@plumbline/shared/manifest';
import type { ArtifactStore } from '../../platform/ports/index.ts';

/** The reference a bundle carries; `undefined` where it has none, and drift cannot be judged. */
export async function referenceOf(artifacts: ArtifactStore, archive: string): Promise<Reference | undefined> {
  const bytes = unpackArchive(await artifacts.get(archive))['reference.json'];
  return bytes && reference.parse(JSON.parse(new TextDecoder().decode(bytes)));
}
