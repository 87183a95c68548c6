import { decode, encode } from 'cborg';
import { deflateSync, Inflate } from 'fflate';
import { WireError } from './errors.ts';

/** Byte 0: version of the protocol. Byte 1: flags. Then a CBOR body, deflated when that is shorter. */
export const PROTOCOL_VERSION = 1;
const DEFLATED = 1;
export const MAX_FRAME_BYTES = 262_144;
/** Bound on an inflated body: a small frame must not become a large allocation. */
const MAX_BODY_BYTES = 4_194_304;
const WORTH_DEFLATING_BYTES = 512;
/** Deflate grows a byte to 1,032 at most, so one slice gives about 1 MB before the bound is looked at. */
const INFLATE_SLICE_BYTES = 1024;

/** Raw deflate; a platform may have a faster one. */
export type Deflater = (body: Uint8Array) => Uint8Array;

/** @param options `compress`: deflates where that is shorter, by this deflater if one is given */
export function encodeFrame(message: unknown, options: { compress?: boolean | Deflater } = {}): Uint8Array {
  const plain = encode(message, { ignoreUndefinedProperties: true });
  const { compress = false } = options;
  const deflate = compress === true ? deflateSync : compress;
  const deflated = deflate !== false && plain.length >= WORTH_DEFLATING_BYTES ? deflate(plain) : plain;
  const useDeflated = deflated.length < plain.length;
  const body = useDeflated ? deflated : plain;
  const frame = new Uint8Array(2 + body.length);
  frame[0] = PROTOCOL_VERSION;
  frame[1] = useDeflated ? DEFLATED : 0;
  frame.set(body, 2);
  if (frame.length > MAX_FRAME_BYTES) throw tooLarge(frame.length);
  return frame;
}

/** Raw inflate with a bound; a platform may have a faster one. @throws for bodies that are damaged or too large */
export type Inflater = (body: Uint8Array, maxBytes: number) => Uint8Array;

/**
 * @throws WireError `frame_version`, `frame_too_large` or `frame_malformed`: unknown flags, indefinite lengths,
 * repeated keys, tags, bytes after the end.
 */
export function decodeFrame(frame: Uint8Array, inflate: Inflater = inflateBounded): unknown {
  if (frame.length > MAX_FRAME_BYTES) throw tooLarge(frame.length);
  if (frame.length < 3) throw new WireError('frame_malformed', 'frame: shorter than its header', { field: 'frame' });
  if (frame[0] !== PROTOCOL_VERSION) {
    throw new WireError('frame_version', `frame: protocol version ${frame[0]}`, {
      field: 'frame[0]',
      expected: String(PROTOCOL_VERSION),
    });
  }
  const flags = frame[1] ?? 0;
  if ((flags & ~DEFLATED) !== 0)
    throw new WireError('frame_malformed', `frame: unknown flags ${flags}`, { field: 'frame[1]' });
  try {
    const body = frame.subarray(2);
    return decode((flags & DEFLATED) === 0 ? body : inflate(body, MAX_BODY_BYTES), {
      allowIndefinite: false,
      allowUndefined: false,
      rejectDuplicateMapKeys: true,
    });
  } catch (cause) {
    if (cause instanceof WireError) throw cause;
    throw new WireError('frame_malformed', `frame: body is not CBOR as we write it (${String(cause)})`, {
      field: 'frame',
      cause,
    });
  }
}

function inflateBounded(body: Uint8Array, maxBytes: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  const inflate = new Inflate((chunk) => {
    total += chunk.length;
    if (total > maxBytes) throw tooLarge(total, maxBytes);
    chunks.push(chunk);
  });
  for (let from = 0; from < body.length; from += INFLATE_SLICE_BYTES) {
    const to = from + INFLATE_SLICE_BYTES;
    inflate.push(body.subarray(from, to), to >= body.length);
  }
  const all = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}

function tooLarge(sizeBytes: number, limitBytes = MAX_FRAME_BYTES): WireError {
  return new WireError('frame_too_large', `frame: ${sizeBytes} bytes`, {
    kind: 'too-large',
    field: 'frame',
    expected: `≤ ${limitBytes} bytes`,
  });
}
