import { CodedError } from '@plumbline/shared/errors';
import type { MetadataSource } from '@plumbline/shared/trust';
import type { Client } from './client.ts';

/** The repository of a server over HTTP, as stock clients read it. */
export function metadataSource(client: Pick<Client, 'bytes'>): MetadataSource {
  return {
    async fetch({ role, version, maxBytes }) {
      const name = version === undefined ? `${role}.json` : `${version}.${role}.json`;
      try {
        return await client.bytes(`/tuf/metadata/${name}`, maxBytes);
      } catch (error) {
        if (error instanceof CodedError && error.kind === 'not-found') return undefined;
        throw error;
      }
    },
  };
}
