import { promisify } from 'node:util';
import { brotliCompress, constants, deflateRaw } from 'node:zlib';

/** Bytes a payload takes on the wire, by codec. */
export interface WireSizes {
  none: number;
  /** Raw deflate, the only compression a tablet can undo. */
  deflate: number;
  brotli: number;
}

/**
 * Sizes at the strongest setting of each codec. Brotli takes up to eight seconds a megabyte of trees,
 * so both run in the thread pool and never hold up the event loop.
 */
export async function wireSizes(bytes: Uint8Array): Promise<WireSizes> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const [deflate, brotli] = await Promise.all([
    promisify(deflateRaw)(bytes, { level: 9 }),
    promisify(brotliCompress)(bytes, { params }),
  ]);
  return { none: bytes.length, deflate: deflate.length, brotli: brotli.length };
}
