import { packArchive, unpackArchive, BUNDLE_FILES, type BundleFiles } from '@plumbline/shared/manifest';
import type { Files } from '../ports/index.ts';

/**
 * A slot is a folder with the files of one bundle, so that any tool can look at the model that answers. Packing them
 * again gives the archive that was signed, byte for byte: one hash still says whether the slot is whole.
 */
export async function writeSlot(files: Files, folder: string, archive: Uint8Array): Promise<void> {
  await files.remove(folder);
  const paths: string[] = [];
  for (const [name, bytes] of Object.entries(unpackArchive(archive))) {
    if (bytes === undefined) continue;
    await files.write(`${folder}/${name}`, 0, bytes);
    paths.push(`${folder}/${name}`);
  }
  await files.sync(paths);
}

/** The archive as it lies in the slot now; `undefined` when the slot is empty. */
export async function readSlot(files: Files, folder: string): Promise<Uint8Array | undefined> {
  const found: BundleFiles = {};
  for (const name of BUNDLE_FILES) {
    const bytes = await files.read(`${folder}/${name}`);
    if (bytes !== undefined) found[name] = bytes;
  }
  return Object.keys(found).length === 0 ? undefined : packArchive(found);
}
