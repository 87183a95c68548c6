import { equalBytes, fromHex, sha256Hex } from '../bytes.ts';

/** Marks what follows as ours, and its form. */
const MAGIC = Uint8Array.of(0x70, 0x6c, 0x67, 0x31);
const HASH_BYTES = 32;
const HEAD_BYTES = MAGIC.length + 8 + HASH_BYTES;

/**
 * State that must survive a torn write is kept twice, and written in turns: `magic · n (uint64) · SHA-256(n · state) ·
 * state`. @param n rises with every write; odd ones go to one place, even ones to the other
 */
export function encodeGeneration(n: number, state: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + state.length);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setBigUint64(MAGIC.length, BigInt(n));
  bytes.set(state, HEAD_BYTES);
  bytes.set(hashOf(bytes), MAGIC.length + 8);
  return bytes;
}

/** The newest generation that is whole; `undefined` when neither is. Never throws. */
export function readGenerations(
  a: Uint8Array | undefined,
  b: Uint8Array | undefined,
): { n: number; state: Uint8Array } | undefined {
  const [first, second] = [decode(a), decode(b)];
  if (first === undefined || second === undefined) return first ?? second;
  return first.n >= second.n ? first : second;
}

function decode(bytes: Uint8Array | undefined): { n: number; state: Uint8Array } | undefined {
  if (bytes === undefined || bytes.length < HEAD_BYTES) return undefined;
  if (!equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) return undefined;
  if (!equalBytes(bytes.subarray(MAGIC.length + 8, HEAD_BYTES), hashOf(bytes))) return undefined;
  const n = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(MAGIC.length));
  return Number.isSafeInteger(n) ? { n, state: bytes.slice(HEAD_BYTES) } : undefined;
}

function hashOf(bytes: Uint8Array): Uint8Array {
  const covered = new Uint8Array(8 + bytes.length - HEAD_BYTES);
  covered.set(bytes.subarray(MAGIC.length, MAGIC.length + 8));
  covered.set(bytes.subarray(HEAD_BYTES), 8);
  return fromHex(sha256Hex(covered));
}
