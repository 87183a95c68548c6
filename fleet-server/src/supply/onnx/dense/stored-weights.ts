import { unnamed } from '../rewrite/edit-graph.ts';
import type { LayerEncoding } from './encoding.ts';
import { FRAMING_BYTES } from './encoding.ts';
import type { DenseLayer } from '../rewrite/layers.ts';
import { quantizeSlices, slicesOf, toFloat16 } from '../rewrite/number-formats.ts';
import { dtypeNumber, fromFloat16 } from '@plumbline/shared/onnx';
import { int } from '../export/proto.ts';
import { rawTensor } from '../rewrite/constants.ts';

/**
 * Share of a channel's norm that storing it as float16 may cost. Rounding alone costs 2^-12 to 2^-11;
 * more means that values fell below what float16 holds.
 */
const FLOAT16_LOSS = 2 ** -10;

/** Weights as float16 behind a Cast, which ONNX Runtime computes once while it loads. */
export const float16Weights: LayerEncoding = {
  recipe: 'dense-fp16',
  opset: 7,
  notes: ['weights stored as float16, computed with as before'],
  refuses(layer) {
    const { dtype, values, storedBytes } = layer.constant;
    if (dtype === 'float16' || storedBytes <= 2 * values.length) return 'its weights are stored as float16 already';
    return notFinite(layer) ?? float16Loss(layer);
  },
  savesBytes: ({ constant }) => constant.storedBytes - 2 * constant.values.length - FRAMING_BYTES / 2,
  write(edit, layers) {
    for (const { weight, constant } of layers) {
      const stored = edit.name(`${weight}_half`);
      edit.release(weight);
      edit.constant(rawTensor(stored, 'float16', constant.dims, toFloat16(constant.values)));
      edit.first(unnamed('Cast', [stored], [weight], [int('to', dtypeNumber(constant.dtype))]));
    }
  },
};

/**
 * Weights as int8, symmetric with a scale for each output, behind Cast and Mul. DequantizeLinear would say the same,
 * but ONNX Runtime then multiplies out the weights at every call instead of once while it loads.
 */
export const int8Weights: LayerEncoding = {
  recipe: 'dense-int8',
  opset: 7,
  notes: ['weights stored as int8 with a scale for each output, computed with as before'],
  refuses: notFinite,
  savesBytes({ constant, outputAxis }) {
    const scaleBytes = 4 * constant.dims[outputAxis]!;
    return constant.storedBytes - constant.values.length - scaleBytes - FRAMING_BYTES;
  },
  write(edit, layers) {
    for (const { weight, constant, outputAxis } of layers) {
      const { dims, values } = constant;
      const slices = slicesOf(dims, outputAxis);
      const { quantized, scales } = quantizeSlices(values, slices);
      const [stored, scale, wide] = [
        edit.name(`${weight}_int8`),
        edit.name(`${weight}_scale`),
        edit.name(`${weight}_wide`),
      ];
      edit.release(weight);
      edit.constant(rawTensor(stored, 'int8', dims, quantized));
      // Aligned with the output axis by ones behind it; broadcasting supplies those before.
      const scaleDims = [slices.count, ...dims.slice(outputAxis + 1).map(() => 1)];
      edit.constant(rawTensor(scale, 'float32', scaleDims, scales));
      const to = (dtype: 'float32' | typeof constant.dtype) => [int('to', dtypeNumber(dtype))];
      edit.first(unnamed('Cast', [stored], [wide], to('float32')));
      if (constant.dtype === 'float32') edit.first(unnamed('Mul', [wide, scale], [weight]));
      else {
        const product = edit.name(`${weight}_product`);
        edit.first(unnamed('Mul', [wide, scale], [product]), unnamed('Cast', [product], [weight], to(constant.dtype)));
      }
    }
  },
};

/** Quantizing would spread one NaN or infinity over the whole slice. */
export function notFinite({ constant }: DenseLayer): string | undefined {
  return constant.values.every(Number.isFinite) ? undefined : 'its weights are not all finite';
}

function float16Loss({ constant, outputAxis }: DenseLayer): string | undefined {
  const { values, dims } = constant;
  const { count, inner } = slicesOf(dims, outputAxis);
  const halves = fromFloat16(toFloat16(values));
  const [lost, norm] = [new Float64Array(count), new Float64Array(count)];
  for (const [index, value] of values.entries()) {
    if (!Number.isFinite(halves[index])) return `its weight ${value} is beyond float16`;
    const slice = Math.floor(index / inner) % count;
    lost[slice]! += (value - halves[index]!) ** 2;
    norm[slice]! += value ** 2;
  }
  const worst = lost.findIndex((each, slice) => each > FLOAT16_LOSS ** 2 * norm[slice]!);
  return worst < 0 ? undefined : `the weights of its output ${worst} are too small for float16`;
}
