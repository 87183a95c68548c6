import { promisify } from 'node:util';
import { brotliCompress, constants, deflateRaw } from 'node:zlib';
import type { Payload } from '@plumbline/shared/trust';

export const WIRE_CODECS = ['brotli', 'deflate', 'none'] as const satisfies Payload['codec'][];
export type WireCodec = (typeof WIRE_CODECS)[number];
/** Bytes that something takes on the wire, by codec. */
export type WireSizes = Record<WireCodec, number>;

/** Brotli at its best takes up to eight seconds a megabyte; beyond this size the next best setting has to do. */
const BEST_UP_TO_BYTES = 2 * 2 ** 20;

const brotliAsync = promisify(brotliCompress);
const deflateAsync = promisify(deflateRaw);

/**
 * The bytes in every form they can travel in: the one place that says how hard to press. Runs off the event loop.
 * Deflate is raw (RFC 1951), which every browser inflates.
 */
export async function encodeForWire(bytes: Uint8Array): Promise<Record<WireCodec, Uint8Array>> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: bytes.length <= BEST_UP_TO_BYTES ? constants.BROTLI_MAX_QUALITY : 9,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const [deflate, brotli] = await Promise.all([deflateAsync(bytes, { level: 9 }), brotliAsync(bytes, { params })]);
  return { none: bytes, deflate, brotli };
}

export async function wireSizesOf(bytes: Uint8Array): Promise<WireSizes> {
  const { none, deflate, brotli } = await encodeForWire(bytes);
  return { none: none.length, deflate: deflate.length, brotli: brotli.length };
}

/** What the bytes cost a device that takes these codecs. */
export function cheapest(sizes: WireSizes, codecs: readonly string[]): number {
  const taken = Object.entries(sizes).flatMap(([codec, size]) => (codecs.includes(codec) ? [size] : []));
  return Math.min(...taken, ...(taken.length === 0 ? [sizes.none] : []));
}
