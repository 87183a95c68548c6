import { TrustError, toHex, type Payload } from '@plumbline/shared/trust';
import { AgentError } from '../errors.ts';
import type { Ports } from '../ports/index.ts';
import { readCopy } from './nearby.ts';
import { readBounded } from '../read-bounded.ts';
import { fetchPath } from '../store/keys.ts';
import type { Target } from '../update/index.ts';

/** Unpacks a payload, giving up beyond `maxBytes`: the signed length bounds what a small payload may become. */
export type Decoder = (payload: Uint8Array, maxBytes: number) => Promise<Uint8Array>;

/** What this platform can unpack; the adapter adds what the standard streams lack (brotli on Node). */
export type Decoders = Partial<Record<Payload['codec'], Decoder>>;

export const STANDARD_DECODERS: Decoders = {
  none: async (payload) => payload,
  deflate: async (payload, maxBytes) => {
    const inflated = new Blob([payload.slice()]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    return readBounded(inflated, maxBytes);
  },
};

/**
 * The archive that was copied from somebody near, or the one behind a fetched payload, proved at both ends: the hash of
 * what travelled, then length and hash of what was signed.
 * @returns undefined when the payload is not there whole
 * @throws TrustError `bad_hash`, `bad_length`
 */
export async function readArchive(
  { files, crypto, decoders }: Pick<Ports, 'files' | 'crypto'> & { decoders: Decoders },
  target: Target,
): Promise<Uint8Array | undefined> {
  const { payload, model } = target;
  const copy = await readCopy({ files, crypto }, target);
  if (copy !== undefined) return copy;
  const fetched = await files.read(fetchPath(payload.sha256));
  if (fetched === undefined || fetched.length < payload.length) return undefined;
  const field = `assignment.models.${model}`;
  if (toHex(await crypto.sha256(fetched)) !== payload.sha256) {
    throw new TrustError('bad_hash', `${field}: the payload is not the one that was assigned`, payloadField(target));
  }
  const archive = await decode(decoders, target, fetched);
  if (archive.length !== target.length) {
    const expected = `${target.length} bytes`;
    throw new TrustError('bad_length', `${field}: ${archive.length} bytes unpacked`, `${field}.length`, expected);
  }
  if (toHex(await crypto.sha256(archive)) !== target.sha256) {
    throw new TrustError('bad_hash', `${field}: the archive is not the one that was signed`, `${field}.sha256`);
  }
  return archive;
}

/** Names the bytes that travelled, as an error about them does. */
export function payloadField({ model }: Target): string {
  return `assignment.models.${model}.payload.sha256`;
}

export function decoderOf(decoders: Decoders, { payload, model }: Target): Decoder {
  const found = decoders[payload.codec];
  if (found !== undefined) return found;
  throw new AgentError('codec_unknown', `${model}: this agent cannot unpack ${payload.codec}`, {
    kind: 'refused',
    field: `assignment.models.${model}.payload.codec`,
    expected: Object.keys(decoders).join(' | '),
  });
}

async function decode(decoders: Decoders, target: Target, payload: Uint8Array): Promise<Uint8Array> {
  const decoder = decoderOf(decoders, target);
  try {
    return await decoder(payload, target.length);
  } catch (cause) {
    const field = `assignment.models.${target.model}.length`;
    throw new TrustError('bad_length', `${field}: cannot be unpacked (${String(cause).slice(0, 200)})`, field);
  }
}
