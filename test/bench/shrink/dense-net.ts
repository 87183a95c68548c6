import { createSeededRandom } from '@plumbline/shared/testing';
import { encodeModel, type ModelProto, type TensorProto } from '../../../fleet-server/src/supply/onnx/index.ts';
import type { Classification } from '../material/classification.ts';

interface Layer {
  inputs: number;
  outputs: number;
  /** [inputs, outputs], row-major. */
  weights: Float32Array<ArrayBuffer>;
  bias: Float32Array<ArrayBuffer>;
}

const BATCH = 64;
const RATE = 0.05;
const MOMENTUM = 0.9;

/**
 * A net of ReLU layers with one logit, trained by plain stochastic gradient descent: enough for weights that mean
 * something, which random ones would not.
 */
export function trainDenseNet(data: Classification, widths: readonly number[], epochs: number, seed: number): Layer[] {
  const { next } = createSeededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const layers = widths.slice(1).map((outputs, at): Layer => {
    const inputs = widths[at]!;
    const scale = Math.sqrt(2 / inputs);
    return {
      inputs,
      outputs,
      weights: new Float32Array(inputs * outputs).map(() => scale * normal()),
      bias: new Float32Array(outputs),
    };
  });
  const speeds = layers.map((layer) => new Float32Array(layer.weights.length));
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let from = 0; from + BATCH <= data.rows; from += BATCH) step(layers, speeds, data, from);
  }
  return layers;
}

function step(layers: Layer[], speeds: Float32Array[], data: Classification, from: number): void {
  const input = new Float32Array(BATCH * data.columns);
  for (let row = 0; row < BATCH; row++) {
    for (let column = 0; column < data.columns; column++) {
      input[row * data.columns + column] = data.numbers[column * data.rows + from + row]!;
    }
  }
  const values = [input];
  layers.forEach((layer, at) => values.push(forward(layer, values[at]!, at < layers.length - 1)));
  let gradient = values.at(-1)!.map((logit, row) => (1 / (1 + Math.exp(-logit)) - data.labels[from + row]!) / BATCH);
  for (let at = layers.length - 1; at >= 0; at--) {
    gradient = backward(layers[at]!, speeds[at]!, values[at]!, values[at + 1]!, gradient, at < layers.length - 1);
  }
}

function forward(
  { inputs, outputs, weights, bias }: Layer,
  x: Float32Array,
  bends: boolean,
): Float32Array<ArrayBuffer> {
  const y = new Float32Array(BATCH * outputs);
  for (let row = 0; row < BATCH; row++) {
    const into = y.subarray(row * outputs, (row + 1) * outputs);
    into.set(bias);
    for (let i = 0; i < inputs; i++) {
      const value = x[row * inputs + i]!;
      if (value === 0) continue;
      const of = weights.subarray(i * outputs, (i + 1) * outputs);
      for (let j = 0; j < outputs; j++) into[j]! += value * of[j]!;
    }
    if (bends) for (let j = 0; j < outputs; j++) if (into[j]! < 0) into[j] = 0;
  }
  return y;
}

/** Changes the layer and gives the gradient of its input. */
function backward(
  { inputs, outputs, weights, bias }: Layer,
  speed: Float32Array,
  x: Float32Array,
  y: Float32Array,
  gradient: Float32Array,
  bends: boolean,
): Float32Array<ArrayBuffer> {
  const out = bends ? gradient.map((one, at) => (y[at]! > 0 ? one : 0)) : gradient;
  const back = new Float32Array(BATCH * inputs);
  const change = new Float32Array(weights.length);
  for (let row = 0; row < BATCH; row++) {
    const g = out.subarray(row * outputs, (row + 1) * outputs);
    for (let j = 0; j < outputs; j++) bias[j]! -= RATE * g[j]!;
    for (let i = 0; i < inputs; i++) {
      const value = x[row * inputs + i]!;
      let sum = 0;
      for (let j = 0, at = i * outputs; j < outputs; j++, at++) {
        sum += weights[at]! * g[j]!;
        change[at]! += value * g[j]!;
      }
      back[row * inputs + i] = sum;
    }
  }
  for (let at = 0; at < weights.length; at++) {
    speed[at] = MOMENTUM * speed[at]! - RATE * change[at]!;
    weights[at]! += speed[at]!;
  }
  return back;
}

/** As PyTorch writes it: Gemm with the weights transposed, ReLU, and a sigmoid at the end; opset 17. */
export function denseModel(layers: readonly Layer[]): Uint8Array {
  const model: ModelProto = {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: 17n }],
    metadataProps: [],
    functions: [],
    graph: {
      name: 'dense',
      input: [valueOf('x', layers[0]!.inputs)],
      output: [valueOf('probability', 1)],
      valueInfo: [],
      initializer: layers.flatMap((layer, at) => [
        tensorOf(`w${at}`, [layer.outputs, layer.inputs], transposed(layer)),
        tensorOf(`b${at}`, [layer.outputs], layer.bias),
      ]),
      node: layers.flatMap((_, at) => {
        const [input, sum] = [at === 0 ? 'x' : `h${at}`, `s${at}`];
        const last = at === layers.length - 1;
        return [
          {
            name: `gemm${at}`,
            opType: 'Gemm',
            input: [input, `w${at}`, `b${at}`],
            output: [sum],
            attribute: [{ name: 'transB', type: 2, i: 1n }],
          },
          {
            name: `bend${at}`,
            opType: last ? 'Sigmoid' : 'Relu',
            input: [sum],
            output: [last ? 'probability' : `h${at + 1}`],
            attribute: [],
          },
        ];
      }),
    },
  };
  return encodeModel(model);
}

function transposed({ inputs, outputs, weights }: Layer): Float32Array {
  return new Float32Array(weights.length).map((_, at) => weights[(at % inputs) * outputs + Math.floor(at / inputs)]!);
}

function tensorOf(name: string, dims: number[], values: Float32Array): TensorProto {
  const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, dataType: 1, dims: BigInt64Array.from(dims, BigInt), rawData };
}

function valueOf(name: string, width: number) {
  return {
    name,
    type: { tensorType: { elemType: 1, shape: { dim: [{ dimParam: 'rows' }, { dimValue: BigInt(width) }] } } },
  };
}
