import { reference, type Reference } from '@plumbline/shared/drift';
import { unpackArchive } from '@plumbline/shared/manifest';
import type { ArtifactStore } from '../../platform/ports/index.ts';

/** References that stay open for each store: a look asks for the same few archives again and again. */
const MOST_OPEN = 32;
const opened = new WeakMap<ArtifactStore, Map<string, Reference | undefined>>();

/** The reference a bundle carries; `undefined` where it has none, and drift cannot be judged. */
export async function referenceOf(artifacts: ArtifactStore, archive: string): Promise<Reference | undefined> {
  const known = opened.get(artifacts) ?? new Map<string, Reference | undefined>();
  opened.set(artifacts, known);
  // An archive is named by its content: what was read once does not change.
  if (known.has(archive)) return known.get(archive);
  const bytes = unpackArchive(await artifacts.get(archive))['reference.json'];
  const read = bytes && reference.parse(JSON.parse(new TextDecoder().decode(bytes)));
  const [oldest] = known.keys();
  if (known.size >= MOST_OPEN && oldest !== undefined) known.delete(oldest);
  known.set(archive, read);
  return read;
}
