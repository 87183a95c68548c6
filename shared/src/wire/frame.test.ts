import { assert, jsonValue, property, uint8Array } from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { decodeFrame, encodeFrame, MAX_FRAME_BYTES } from './frame.ts';
import { WireError } from './errors.ts';

const framed = (body: ArrayLike<number>, flags = 0, version = 1) => {
  const frame = new Uint8Array(2 + body.length);
  frame.set([version, flags]);
  frame.set(body, 2);
  return frame;
};
const refused = (code: string, field?: string) =>
  expect.objectContaining({ name: 'WireError', code, ...(field && { field }) }) as Error;

describe('a frame', () => {
  it('brings back what was put in, deflated or not', () => {
    assert(
      property(jsonValue({ maxDepth: 4 }), (value) => {
        const expected = JSON.parse(JSON.stringify(value));
        expect(decodeFrame(encodeFrame(expected))).toEqual(expected);
        expect(decodeFrame(encodeFrame(expected, { compress: true }))).toEqual(expected);
      }),
    );
  });

  it('carries bytes as bytes', () => {
    const decoded = decodeFrame(encodeFrame({ assignment: Uint8Array.of(1, 2, 255) })) as { assignment: unknown };
    expect(decoded.assignment).toEqual(Uint8Array.of(1, 2, 255));
  });

  it('is deflated only when asked to and when that is shorter', () => {
    const text = 'plumb '.repeat(500);
    expect(encodeFrame(text)[1]).toBe(0);
    expect(encodeFrame(text, { compress: true })[1]).toBe(1);
    expect(encodeFrame(text, { compress: true }).length).toBeLessThan(200);
    expect(encodeFrame('short', { compress: true })[1]).toBe(0);
    const noise = Uint8Array.from({ length: 4000 }, (_, i) => (Math.imul(i + 1, 2_654_435_761) >>> 13) & 255);
    const frame = encodeFrame(noise, { compress: true });
    expect(frame.length).toBeLessThanOrEqual(encodeFrame(noise).length);
  });

  it('is deflated by what the platform has for it, and not when that makes it longer', () => {
    const text = { text: 'a'.repeat(2000) };
    const [quick, useless] = [(body: Uint8Array) => deflateSync(body, { level: 1 }), (body: Uint8Array) => body];
    const frame = encodeFrame(text, { compress: quick });
    expect([frame[1], decodeFrame(frame)]).toEqual([1, text]);
    expect(encodeFrame(text, { compress: useless })).toEqual(encodeFrame(text));
  });

  it('leaves out members that are undefined, because its reader refuses them', () => {
    expect(decodeFrame(encodeFrame({ ref: undefined, at: 1 }))).toEqual({ at: 1 });
  });

  it.each<[string, ArrayLike<number>]>([
    ['a key that stands twice', [0xa2, 0x61, 0x61, 1, 0x61, 0x61, 2]],
    ['a tag', [0xc1, 1]],
    ['bytes after its value', [1, 2]],
    ['an indefinite list', [0x9f, 1, 0xff]],
    ['an indefinite map', [0xbf, 0x61, 0x61, 1, 0xff]],
    ['undefined', [0xf7]],
    ['a key that is a number', [0xa1, 1, 2]],
    ['a list of 2³² members that are not there', [0x9b, 0, 0, 0, 1, 0, 0, 0, 0]],
    ['4 GB of bytes that are not there', [0x5b, 0, 0, 0, 1, 0, 0, 0, 0]],
    ['200,000 lists in each other', new Uint8Array(200_000).fill(0x81)],
    ['a value that was cut', [0x82, 1]],
  ])('is refused with %s', (_, body) => {
    expect(() => decodeFrame(framed(body))).toThrow(refused('frame_malformed', 'frame'));
  });

  it.each([0, 1, 2])('is refused with %i bytes', (length) => {
    expect(() => decodeFrame(Uint8Array.of(1, 0).subarray(0, length))).toThrow(refused('frame_malformed'));
  });

  it.each([0, 2, 255])('is refused in protocol version %i', (version) => {
    expect(() => decodeFrame(framed([1], 0, version))).toThrow(refused('frame_version', 'frame[0]'));
  });

  it.each([2, 3, 0x80, 0xff])('is refused with the unknown flags %i', (flags) => {
    expect(() => decodeFrame(framed([1], flags))).toThrow(refused('frame_malformed', 'frame[1]'));
  });

  it.each([
    ['nothing', new Uint8Array(1)],
    ['no deflate', Uint8Array.of(0xff, 0xff, 0xff)],
    ['deflate that was cut', deflateSync(new TextEncoder().encode('plumb'.repeat(99))).subarray(0, 9)],
  ])('is refused when it calls deflated what is %s', (_, body) => {
    expect(() => decodeFrame(framed(body, 1))).toThrow(refused('frame_malformed'));
  });

  it('keeps a key `__proto__` from becoming a prototype', () => {
    const body = [0xa1, 0x69, ...new TextEncoder().encode('__proto__'), 0xa1, 0x61, 0x78, 1];
    const decoded = decodeFrame(framed(body)) as Record<string, unknown>;
    expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
    expect(decoded['x']).toBeUndefined();
  });

  it('is neither read nor written above its size', () => {
    expect(() => decodeFrame(new Uint8Array(MAX_FRAME_BYTES + 1))).toThrow(refused('frame_too_large', 'frame'));
    expect(() => encodeFrame(new Uint8Array(MAX_FRAME_BYTES))).toThrow(refused('frame_too_large', 'frame'));
  });

  it('stops inflating soon after its bound: 40 KB never become 40 MB', () => {
    const bomb = framed(deflateSync(new Uint8Array(40_000_000)), 1);
    expect(bomb.length).toBeLessThan(MAX_FRAME_BYTES);
    const error = refusalOf(bomb);
    expect(error).toMatchObject({ code: 'frame_too_large', kind: 'too-large' });
    // The message says how much had been inflated by then.
    expect(Number(/(\d+) bytes/.exec(error?.message ?? '')?.[1])).toBeLessThan(6_000_000);
  });

  it('of any bytes at all is a value or a coded error', () => {
    assert(
      property(uint8Array({ maxLength: 60 }), (body) => {
        for (const flags of [0, 1]) {
          const error = refusalOf(framed(body, flags));
          expect(error === undefined || error instanceof WireError).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

function refusalOf(frame: Uint8Array): Error | undefined {
  try {
    decodeFrame(frame);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
