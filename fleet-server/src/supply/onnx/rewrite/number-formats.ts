/** Smallest magnitude that a float32 holds with full precision; scales never go below it. */
const SMALLEST_SCALE = 2 ** -126;

/** Float16 bits, rounded to nearest with ties to even; what is too large becomes infinite. */
export function toFloat16(values: ArrayLike<number>): Uint16Array {
  return Uint16Array.from(values, (value) => {
    const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
    const magnitude = Math.abs(value);
    if (Number.isNaN(value)) return 0x7e00;
    if (magnitude >= 65_520) return sign | 0x7c00;
    // Both the subnormals and the first binade count in steps of 2^-24.
    const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
    const steps = roundHalfEven(magnitude * 2 ** (10 - exponent));
    // A carry out of the fraction runs into the exponent, as it should.
    return sign | (((exponent + 14) << 10) + steps);
  });
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Where the slices of a row-major tensor along one axis lie: slice = floor(index / inner) mod count. */
export interface Slices {
  count: number;
  inner: number;
}

export function slicesOf(dims: readonly number[], axis: number): Slices {
  return { count: dims[axis]!, inner: dims.slice(axis + 1).reduce((product, dim) => product * dim, 1) };
}

/**
 * Symmetric int8 in [-127, 127], one scale for each slice: `value ≈ quantized × scale`.
 * A slice of zeros gets a small scale and stays exactly zero.
 */
export function quantizeSlices(
  values: ArrayLike<number>,
  slices: Slices,
): { quantized: Int8Array; scales: Float32Array } {
  const { count, inner } = slices;
  const largest = new Float64Array(count);
  for (let index = 0; index < values.length; index += 1) {
    const slice = Math.floor(index / inner) % count;
    largest[slice] = Math.max(largest[slice]!, Math.abs(values[index]!));
  }
  const scales = Float32Array.from(largest, (each) => Math.max(each / 127, SMALLEST_SCALE));
  const quantized = Int8Array.from(values, (value, index) => {
    const steps = Math.round(value / scales[Math.floor(index / inner) % count]!);
    return Math.max(-127, Math.min(127, steps));
  });
  return { quantized, scales };
}

/** A matrix of `[rows, columns]` as `[columns, rows]`. */
export function transpose<T extends Int8Array | Float32Array>(values: T, rows: number, columns: number): T {
  const result = values.slice() as T;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      result[column * rows + row] = values[row * columns + column]!;
    }
  }
  return result;
}
