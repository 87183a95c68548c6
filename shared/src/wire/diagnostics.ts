import { Gunzip, gzipSync } from 'fflate';
import { fromBase64, toBase64, utf8 } from '../trust/bytes.ts';
import { WireError } from './errors.ts';
import type { DiagnosticsRow } from './rows.ts';

/** As base64 the 65,536 characters that a row takes. */
const PART_BYTES = 49_152;
/** Bound on an unpacked bundle; the largest that a profile allows to travel packs ten times that. */
export const MAX_DIAGNOSTICS_BYTES = 64 * 2 ** 20;
/** Deflate grows a byte to 1,032 at most, so one slice gives about 1 MB before the bound is looked at. */
const SLICE_BYTES = 1024;

/** A diagnostics bundle as it travels; the same value gives the same rows. */
export function packDiagnostics(
  { request, at }: Pick<DiagnosticsRow, 'request' | 'at'>,
  bundle: unknown,
): DiagnosticsRow[] {
  const bytes = gzipSync(utf8(JSON.stringify(bundle)), { mtime: 0 });
  const parts = Math.ceil(bytes.length / PART_BYTES);
  return Array.from({ length: parts }, (_, part) => ({
    kind: 'diagnostics',
    at,
    request,
    part,
    parts,
    bytes: toBase64(bytes.subarray(part * PART_BYTES, (part + 1) * PART_BYTES)),
  }));
}

/**
 * The bundle behind all rows of one answer, in any order.
 * @throws WireError `message_malformed`: parts are missing or of different answers, or the bytes are no gzip of JSON;
 * `frame_too_large` beyond the bound
 */
export function unpackDiagnostics(rows: readonly DiagnosticsRow[], maxBytes = MAX_DIAGNOSTICS_BYTES): unknown {
  const [first] = rows;
  const ordered = rows.toSorted((a, b) => a.part - b.part);
  const isWhole =
    first !== undefined &&
    ordered.length === first.parts &&
    ordered.every(({ request, part, parts }, i) => request === first.request && parts === first.parts && part === i);
  if (!isWhole) throw malformed('parts', `all parts of one answer, got ${ordered.map(({ part }) => part).join(', ')}`);
  const text = gunzip(
    ordered.map(({ bytes }) => fromBase64(bytes)),
    maxBytes,
  );
  try {
    return JSON.parse(text);
  } catch {
    throw malformed('bytes', 'gzip of JSON');
  }
}

function gunzip(parts: readonly Uint8Array[], maxBytes: number): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let total = 0;
  let isOver = false;
  try {
    const stream = new Gunzip((chunk, final) => {
      total += chunk.length;
      if (total > maxBytes) throw new WireError('frame_too_large', `bytes: more than ${maxBytes}`, { field: 'bytes' });
      text += decoder.decode(chunk, { stream: !final });
      isOver = final;
    });
    for (const [i, part] of parts.entries()) {
      for (let from = 0; from < part.length; from += SLICE_BYTES) {
        const to = from + SLICE_BYTES;
        stream.push(part.subarray(from, to), i === parts.length - 1 && to >= part.length);
      }
    }
  } catch (error) {
    if (error instanceof WireError) throw error;
    throw malformed('bytes', 'gzip of JSON');
  }
  if (!isOver) throw malformed('bytes', 'gzip of JSON, whole');
  return text;
}

function malformed(field: string, expected: string): WireError {
  return new WireError('message_malformed', `${field}: expected ${expected}`, { field, expected });
}
