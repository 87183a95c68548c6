import { array, assert, infiniteStream, integer, jsonValue, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFrameReader, encodeFrame, MAX_FRAME_BYTES } from './frames.ts';

const TOO_LONG = Buffer.alloc(4);
TOO_LONG.writeUInt32BE(MAX_FRAME_BYTES + 1);

describe('frames', () => {
  it('come out as they went in, however the stream is cut', () => {
    assert(
      property(array(jsonValue(), { maxLength: 8 }), infiniteStream(integer({ min: 1, max: 9 })), (messages, cuts) => {
        const bytes = Buffer.concat(messages.map(encodeFrame));
        const read = createFrameReader();
        const out: unknown[] = [];
        for (let at = 0; at < bytes.length;) {
          const end = at + (cuts.next().value ?? 1);
          out.push(...read(bytes.subarray(at, end)));
          at = end;
        }
        expect(JSON.stringify(out)).toBe(JSON.stringify(messages));
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['are too long to be held', TOO_LONG],
    ['are no JSON', Buffer.from([0, 0, 0, 1, 0x7b])],
    ['are text of another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('that %s are refused at once', (_what, bytes) => {
    expect(() => createFrameReader()(bytes)).toThrow(expect.objectContaining({ code: 'request_malformed' }));
  });

  it('that would be too long are not sent', () => {
    const message = { document: 'x'.repeat(MAX_FRAME_BYTES) };
    expect(() => encodeFrame(message)).toThrow(expect.objectContaining({ code: 'request_malformed' }));
  });
});
