import { brotliDecompress, inflateRaw } from 'node:zlib';
import { promisify } from 'node:util';
import type { Decoders } from '../../index.ts';

const brotli = promisify(brotliDecompress);
const inflate = promisify(inflateRaw);

/** What zlib unpacks, off the main thread; output beyond the signed length is never allocated. */
export const nodeDecoders: Decoders = {
  deflate: async (payload, maxBytes) => new Uint8Array(await inflate(payload, { maxOutputLength: maxBytes })),
  brotli: async (payload, maxBytes) => new Uint8Array(await brotli(payload, { maxOutputLength: maxBytes })),
};
