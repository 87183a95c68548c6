import { fromBase64, sha256Hex, toBase64 } from '../trust/bytes.ts';
import { WireError } from './errors.ts';
import type { PhotoRow } from './rows.ts';

/** As base64 the 65,536 characters that a row takes. */
const PART_BYTES = 49_152;
/** A photo of a phone is made smaller before it is attached: it has to pass a link that is paid by the megabyte. */
export const MAX_PHOTO_BYTES = 1_048_576;

/** How images of the kinds that every browser makes and shows begin. */
const KINDS: readonly { type: 'image/jpeg' | 'image/webp' | 'image/png'; at: number; magic: readonly number[] }[] = [
  { type: 'image/jpeg', at: 0, magic: [0xff, 0xd8, 0xff] },
  { type: 'image/png', at: 0, magic: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: 'image/webp', at: 8, magic: [0x57, 0x45, 0x42, 0x50] },
];

/** What a photo is by its first bytes, whatever anybody calls it; undefined: nothing that is taken for a photo. */
export function photoType(bytes: Uint8Array): (typeof KINDS)[number]['type'] | undefined {
  return KINDS.find(({ at, magic }) => magic.every((byte, i) => bytes[at + i] === byte))?.type;
}

/**
 * A photo as it travels; the same bytes give the same rows.
 * @throws WireError `message_malformed`, `frame_too_large`, naming `photo`
 */
export function photoRows(bytes: Uint8Array, at: number): PhotoRow[] {
  if (bytes.length > MAX_PHOTO_BYTES) {
    const expected = `≤ ${MAX_PHOTO_BYTES} bytes`;
    throw new WireError('frame_too_large', `photo: ${bytes.length} bytes`, {
      kind: 'too-large',
      field: 'photo',
      expected,
    });
  }
  if (photoType(bytes) === undefined) throw malformed('photo', 'a JPEG, PNG or WebP image');
  const ref = sha256Hex(bytes);
  const parts = Math.ceil(bytes.length / PART_BYTES);
  return Array.from({ length: parts }, (_, part) => ({
    kind: 'photo',
    at,
    ref,
    part,
    parts,
    bytes: toBase64(bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES)),
  }));
}

/**
 * The photo behind its rows, in any order; one that came twice is one.
 * @throws WireError `message_malformed`: a part is missing, or the bytes are not those of the hash
 */
export function photoOf(rows: readonly PhotoRow[]): Uint8Array {
  const byPart = new Map(rows.map((row) => [row.part, row]));
  const [first] = rows;
  if (first === undefined || byPart.size !== first.parts) {
    throw malformed('parts', `all ${first?.parts ?? 0} parts of one photo, got ${byPart.size}`);
  }
  const pieces = [...byPart.values()].toSorted((a, b) => a.part - b.part).map(({ bytes }) => fromBase64(bytes));
  const whole = new Uint8Array(pieces.reduce((total, { length }) => total + length, 0));
  let from = 0;
  for (const piece of pieces) {
    whole.set(piece, from);
    from += piece.length;
  }
  if (sha256Hex(whole) !== first.ref) throw malformed('bytes', `bytes of ${first.ref}`);
  return whole;
}

function malformed(field: string, expected: string): WireError {
  return new WireError('message_malformed', `${field}: expected ${expected}`, { field, expected });
}
