import { fromFloat16 } from '@plumbline/shared/onnx';
import { assert, float, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quantizeSlices, slicesOf, toFloat16 } from './number-formats.ts';

describe('float16', () => {
  test.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [65_504, 0x7bff],
    [65_519, 0x7bff],
    [65_520, 0x7c00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [3 * 2 ** -25, 0x0002],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [Infinity, 0x7c00],
    [Number.NaN, 0x7e00],
  ])('%d has the bits %i', (value, bits) => {
    expect(toFloat16([value])[0]).toBe(bits);
  });

  test('every number it has comes back with the bits it went in with', () => {
    const bits = Uint16Array.from({ length: 2 ** 16 }, (_, index) => index).filter((each) => (each & 0x7fff) <= 0x7c00);
    expect(toFloat16(fromFloat16(bits))).toEqual(bits);
  });

  test('rounds to the nearest', () => {
    assert(
      property(float({ noNaN: true, min: -65_504, max: 65_504 }), (value) => {
        const [bits] = toFloat16([value]);
        const error = (each: number) => Math.abs(fromFloat16(Uint16Array.of(each))[0]! - value);
        const neighbours = [bits! - 1, bits! + 1].filter((each) => each >= 0 && (each & 0x7fff) < 0x7c00);
        for (const each of neighbours) expect(error(bits!)).toBeLessThanOrEqual(error(each));
      }),
    );
  });
});

describe('int8', () => {
  test('is within half a step of every value, on either axis', () => {
    const values = Float32Array.of(1, -200, 3, 0.5, 0, 0.25);
    for (const axis of [0, 1]) {
      const slices = slicesOf([2, 3], axis);
      const { quantized, scales } = quantizeSlices(values, slices);
      for (const [index, value] of values.entries()) {
        const scale = scales[Math.floor(index / slices.inner) % slices.count]!;
        expect(Math.abs(quantized[index]! * scale - value)).toBeLessThanOrEqual(scale * 0.501);
      }
      expect(Math.min(...quantized)).toBe(-127);
    }
  });

  test('keeps a slice of zeros at zero with a scale that can be multiplied with', () => {
    const { quantized, scales } = quantizeSlices(new Float32Array(4), { count: 2, inner: 2 });
    expect([...quantized]).toEqual([0, 0, 0, 0]);
    expect(scales.every((scale) => scale > 0)).toBe(true);
  });
});
