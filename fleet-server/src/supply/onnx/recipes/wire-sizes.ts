import { brotliCompressSync, constants } from 'node:zlib';
import { deflateSync } from 'fflate';

/** Bytes a payload takes on the wire, by codec. */
export interface WireSizes {
  none: number;
  /** Raw deflate, the only compression a tablet can undo. */
  deflate: number;
  brotli: number;
}

/** Sizes at the strongest setting of each codec; brotli takes a second or two a megabyte. */
export function wireSizes(bytes: Uint8Array): WireSizes {
  const brotli = brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
  return { none: bytes.length, deflate: deflateSync(bytes, { level: 9 }).length, brotli: brotli.length };
}
