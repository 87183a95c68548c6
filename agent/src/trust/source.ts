import { MAX_FLEET_BYTES, sha256Hex, type ImageTrust, type MetadataSource } from '@plumbline/shared/trust';
import { MAX_BLOCK_BYTES, type BlockRef } from '@plumbline/shared/wire';
import { AgentError } from '../errors.ts';
import type { Blocks } from '../link/blocks.ts';

/** What a device takes of a role at most, bytes; each fits one block. */
export const DEVICE_LIMITS = { root: MAX_BLOCK_BYTES, timestamp: 16_384, snapshot: 65_536, targets: 65_536 };
export const LINE_LIMITS = { targets: 16_384 };

export interface SourceInput {
  blocks: Blocks;
  /** Came with the assignment. */
  timestamp: Uint8Array;
  /** What is held already is not fetched again. */
  held: () => ImageTrust;
  signal: AbortSignal;
}

/** Metadata over the link, and `trust/fleet.json` with them. */
export interface DeviceSource extends MetadataSource {
  fetchFleet(sha256: string | undefined): Promise<Uint8Array>;
}

/**
 * Roots by number until there is none, the rest by hash. Whatever the network does is thrown as AgentError of kind
 * `unavailable` (`metadata_unavailable`, `retrieval_slow`, `interrupted`), never answered as a refusal.
 */
export function createSource({ blocks, timestamp, held, signal }: SourceInput): DeviceSource {
  const fetchDocument = async (ref: BlockRef, maxBytes: number) => {
    const bytes = await blocks.document({ ref, maxBytes }, signal);
    if (bytes !== undefined) return bytes;
    throw new AgentError('interrupted', 'a newer desired state came, or the agent stops', { kind: 'unavailable' });
  };
  const fetchByHash = async (role: string, sha256: string | undefined, maxBytes: number) => {
    const bytes = sha256 === undefined ? 'none' : await fetchDocument({ sha256 }, maxBytes);
    if (bytes !== 'none') return bytes;
    const why = sha256 === undefined ? 'nobody names its SHA-256' : `the server has no document ${sha256}`;
    throw new AgentError('metadata_unavailable', `${role}: ${why}`, { kind: 'unavailable', field: role });
  };
  return {
    async fetch({ role, version, sha256, maxBytes }) {
      if (role === 'timestamp') return timestamp;
      if (role !== 'root') return bytesHeld(held(), sha256) ?? (await fetchByHash(role, sha256, maxBytes));
      const root = await fetchDocument({ root: version ?? 1 }, maxBytes);
      return root === 'none' ? undefined : root;
    },
    fetchFleet: (sha256) => fetchByHash('fleet', sha256, MAX_FLEET_BYTES),
  };
}

function bytesHeld({ snapshot, targets, delegated }: ImageTrust, sha256: string | undefined): Uint8Array | undefined {
  const all = [snapshot, targets, ...Object.values(delegated)];
  return all.find((held) => held !== undefined && sha256Hex(held.bytes) === sha256)?.bytes;
}
