import type { MetadataSource } from '@plumbline/shared/trust';
import type { ReadDb } from '../../platform/db/index.ts';
import { metadataBySha256, metadataByVersion, newestMetadata } from './metadata.ts';

/** The repository as the TUF client asks it: by hash, by version, or the newest of a role. */
export function repositorySource(db: ReadDb): MetadataSource {
  return {
    async fetch({ role, version, sha256, maxBytes }) {
      const stored =
        sha256 !== undefined
          ? await metadataBySha256(db, sha256)
          : version !== undefined
            ? await metadataByVersion(db, role, version)
            : await newestMetadata(db, role);
      return stored === undefined || stored.bytes.length > maxBytes ? undefined : stored.bytes;
    },
  };
}
