import { equalBytes, readMetadata, startTrust, updateRoot } from '@plumbline/shared/trust';
import type { Db } from '../../../platform/db/index.ts';
import { RepositoryError } from '../errors.ts';
import { insertMetadata, metadataByVersion, newestMetadata } from '../metadata.ts';

/**
 * Adds roots to the chain, each signed by the keys of the one before it and by its own (TUF 5.3). The first one ever is
 * believed as it comes: it is what devices are enrolled with.
 * @returns versions that are new
 * @throws RepositoryError `root_gap`, `metadata_differs`; TrustError
 */
export async function takeRoots(tx: Db, brought: Uint8Array[]): Promise<number[]> {
  const roots = brought
    .map((bytes) => ({ bytes, version: readMetadata(bytes, 'root').signed.version }))
    .toSorted((a, b) => a.version - b.version);
  const added: number[] = [];
  for (const { bytes, version } of roots) {
    const known = await metadataByVersion(tx, 'root', version);
    if (known !== undefined) {
      if (!equalBytes(known.bytes, bytes)) throw metadataDiffers('root', version);
      continue;
    }
    const newest = await newestMetadata(tx, 'root');
    if (newest === undefined) startTrust(bytes);
    else if (version !== newest.version + 1) throw gapBefore(version, newest.version);
    else updateRoot(startTrust(newest.bytes), bytes);
    await insertMetadata(tx, { role: 'root', version, bytes });
    added.push(version);
  }
  return added;
}

export function metadataDiffers(role: string, version: number): RepositoryError {
  return new RepositoryError('metadata_differs', `${role} ${version}: another document stands under this version`, {
    kind: 'conflict',
    field: role,
    expected: 'the documents of the fleet that this database belongs to, or the next version',
  });
}

function gapBefore(version: number, newest: number): RepositoryError {
  return new RepositoryError('root_gap', `root ${version}: the newest one here is ${newest}`, {
    kind: 'conflict',
    field: 'root',
    expected: `root ${newest + 1}, and every one after it`,
  });
}
