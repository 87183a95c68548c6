import { promisify } from 'node:util';
import { brotliCompress, constants, deflateRaw } from 'node:zlib';
import type { Payload } from '@plumbline/shared/trust';
import type { ArtifactStore } from '../../platform/ports/index.ts';

const brotliAsync = promisify(brotliCompress);
const deflateAsync = promisify(deflateRaw);

/**
 * Stores an archive in every form it can travel in, smallest first. Compression runs off the event loop: brotli at its
 * best takes seconds for a megabyte of trees. Deflate is raw (RFC 1951), which every browser inflates.
 */
export async function storePayloads(artifacts: ArtifactStore, archive: Uint8Array): Promise<Payload[]> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: archive.length,
  };
  const encoded = [
    { codec: 'brotli', bytes: await brotliAsync(archive, { params }) },
    { codec: 'deflate', bytes: await deflateAsync(archive, { level: 9 }) },
    { codec: 'none', bytes: archive },
  ] as const;
  const payloads: Payload[] = [];
  for (const { codec, bytes } of encoded) {
    payloads.push({ codec, length: bytes.length, sha256: await artifacts.put(bytes) });
  }
  return payloads.toSorted((a, b) => a.length - b.length);
}
