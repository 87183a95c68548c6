import { promisify } from 'node:util';
import { brotliCompress, constants, deflateRaw } from 'node:zlib';
import type { Payload } from '@plumbline/shared/trust';

export const WIRE_CODECS = ['brotli', 'deflate', 'none'] as const satisfies Payload['codec'][];
export type WireCodec = (typeof WIRE_CODECS)[number];
/** Bytes that something takes on the wire, by codec. */
export type WireSizes = Record<WireCodec, number>;

/** Brotli at its best takes up to eight seconds a megabyte; beyond this size the next best setting has to do. */
const BEST_UP_TO_BYTES = 2 * 2 ** 20;
/** The quick setting, a hundred times as fast; on random weights the best one saves two hundredths more. */
const QUICK = 5;
/** What the quick setting leaves more than this of is nearly noise, and not worth pressing harder. */
const NOISE_SHARE = 0.9;

const deflateAsync = promisify(deflateRaw);
const brotliAsync = promisify(brotliCompress);
const brotliOf = (bytes: Uint8Array, quality: number): Promise<Uint8Array> =>
  brotliAsync(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });

/**
 * The bytes in every form they can travel in: the one place that says how hard to press. Runs off the event loop.
 * Deflate is raw (RFC 1951), which every browser inflates.
 */
export async function encodeForWire(bytes: Uint8Array): Promise<Record<WireCodec, Uint8Array>> {
  const [deflate, brotli] = await Promise.all([deflateAsync(bytes, { level: 9 }), pressed(bytes)]);
  return { none: bytes, deflate, brotli };
}

async function pressed(bytes: Uint8Array): Promise<Uint8Array> {
  const quick = await brotliOf(bytes, QUICK);
  if (quick.length > NOISE_SHARE * bytes.length) return quick;
  return brotliOf(bytes, bytes.length <= BEST_UP_TO_BYTES ? constants.BROTLI_MAX_QUALITY : 9);
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
