import { deflateSync, gzipSync } from 'fflate';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toBase64, utf8 } from '../trust/bytes.ts';
import { packDiagnostics, unpackDiagnostics } from './diagnostics.ts';
import { diagnosticsRow, type DiagnosticsRow } from './rows.ts';

const head = { request: 3, at: 1_790_000_000_000 };
/** Does not pack: several rows. */
const noise = {
  text: Array.from({ length: 40_000 }, (_, i) => ((i * 2_654_435_761) % 4_294_967_296).toString(36)).join(''),
};

describe('a diagnostics bundle on the wire', () => {
  it('comes back as it was, from rows in any order, each of which the schema takes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const rows = packDiagnostics(head, value);
        for (const row of rows) expect(diagnosticsRow.safeParse(row).success).toBe(true);
        expect(unpackDiagnostics(rows.toReversed())).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 50 },
    );
    const rows = packDiagnostics(head, noise);
    expect(rows.length).toBeGreaterThan(2);
    for (const row of rows) expect(diagnosticsRow.safeParse(row).success).toBe(true);
    expect(unpackDiagnostics(rows.toReversed())).toEqual(noise);
    expect(packDiagnostics(head, noise)).toEqual(rows);
  });

  const rows = packDiagnostics(head, noise);
  const [first, ...others] = rows as [DiagnosticsRow, ...DiagnosticsRow[]];
  const alone = (bytes: Uint8Array): DiagnosticsRow[] => [{ ...first, part: 0, parts: 1, bytes: toBase64(bytes) }];
  it.each<[string, DiagnosticsRow[], string]>([
    ['nothing', [], 'parts'],
    ['a part too few', others, 'parts'],
    ['a part twice', [first, first, ...others.slice(1)], 'parts'],
    ['parts of two answers', [{ ...first, request: 4 }, ...others], 'parts'],
    ['bytes that were cut', alone(gzipSync(utf8('{"a":1}')).subarray(0, 12)), 'bytes'],
    ['bytes that are no gzip', alone(deflateSync(utf8('{"a":1}'))), 'bytes'],
    ['gzip of no JSON', alone(gzipSync(utf8('{'))), 'bytes'],
  ])('is refused when it is %s', (_, broken, field) => {
    expect(() => unpackDiagnostics(broken)).toThrow(
      expect.objectContaining({ code: 'message_malformed', field }) as Error,
    );
  });

  it('is never unpacked beyond its bound', () => {
    const bomb = alone(gzipSync(new Uint8Array(8_000_000)));
    expect(() => unpackDiagnostics(bomb, 1_000_000)).toThrow(
      expect.objectContaining({ code: 'frame_too_large' }) as Error,
    );
  });
});
