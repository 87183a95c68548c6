import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_PHOTO_BYTES, photoOf, photoRows, photoType } from './photo.ts';
import { photoRow, type PhotoRow } from './rows.ts';

const jpeg = (body: Uint8Array) => Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, ...body]);
const large = jpeg(Uint8Array.from({ length: 120_000 }, (_, i) => (i * 7919) & 255));

describe('a photo on the wire', () => {
  it('comes back as it was, from rows in any order and some of them twice, each of which the schema takes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (body) => {
        const rows = photoRows(jpeg(body), 5);
        for (const row of rows) expect(photoRow.safeParse(row).success).toBe(true);
        expect(photoOf([...rows, ...rows].toReversed())).toEqual(jpeg(body));
      }),
      { numRuns: 50 },
    );
    const rows = photoRows(large, 5);
    expect(rows.length).toBe(3);
    for (const row of rows) expect(photoRow.safeParse(row).success).toBe(true);
    expect(photoOf(rows.toReversed())).toEqual(large);
  });

  it.each<[string, (rows: PhotoRow[]) => PhotoRow[], string]>([
    ['nothing', () => [], 'parts'],
    ['a part too few', (rows) => rows.slice(1), 'parts'],
    ['a part of other bytes', ([first, ...rest]) => [{ ...first!, bytes: 'AAAA' }, ...rest], 'bytes'],
  ])('is refused when it is %s', (_, broken, field) => {
    expect(() => photoOf(broken(photoRows(large, 5)))).toThrow(
      expect.objectContaining({ code: 'message_malformed', field }) as Error,
    );
  });

  it('is what its first bytes say', () => {
    expect(photoType(large)).toBe('image/jpeg');
    expect(photoType(new TextEncoder().encode('<svg onload=alert(1)>'))).toBeUndefined();
    expect(() => photoRows(new TextEncoder().encode('<html>'), 1)).toThrow(
      expect.objectContaining({ field: 'photo' }) as Error,
    );
  });

  it('is refused when no link on site should carry it', () => {
    expect(() => photoRows(jpeg(new Uint8Array(MAX_PHOTO_BYTES)), 1)).toThrow(
      expect.objectContaining({ code: 'frame_too_large', field: 'photo' }) as Error,
    );
  });
});
