import type { Matrix } from '../matrix.ts';
import { standardise } from '../linear/standard.ts';
import { createLayers, type Layer, type Layers } from './layers.ts';

/** The standardised rows as the first layer reads them: numbers row by row, and at most one level of each category. */
export interface Inputs {
  numberCount: number;
  numbers: Float64Array;
  /** First weight row of each category, and how many levels it has. */
  categories: { from: number; levels: number; codes: Uint8Array }[];
}

export function readInputs(matrix: Matrix): Inputs {
  const { rows, columns, codes } = matrix;
  const numberCount = columns.numbers.length;
  const standard = standardise(matrix);
  const numbers = new Float64Array(standard.length);
  for (let column = 0; column < numberCount; column++) {
    for (let row = 0; row < rows; row++) numbers[row * numberCount + column] = standard[column * rows + row]!;
  }
  let from = numberCount;
  const categories = columns.categories.map(({ levels }, index) => {
    const own = { from, levels: levels.length, codes: codes[index]! };
    from += levels.length;
    return own;
  });
  return { numberCount, numbers, categories };
}

/** One row through the network and back. */
export interface Pass {
  gradients: Layers;
  /** Output of the last unit. */
  forward(row: number): number;
  /** Adds the row's part to the gradients, after its `forward`. @param slope of the loss by the output */
  backward(row: number, slope: number): void;
}

export function createPass({ list }: Layers, inputs: Inputs): Pass {
  const gradients = createLayers([list[0]!.inputs, ...list.map(({ units }) => units)]);
  const values = list.map(({ units }) => new Float64Array(units));
  const slopes = list.map(({ units }) => new Float64Array(units));
  return {
    gradients,
    forward(row) {
      for (const [index, layer] of list.entries()) {
        const output = values[index]!;
        output.set(layer.bias);
        if (index === 0) addInputs(output, layer, inputs, row);
        else addDense(output, layer, values[index - 1]!);
        if (index === list.length - 1) break;
        for (let unit = 0; unit < layer.units; unit++) if (output[unit]! < 0) output[unit] = 0;
      }
      return values.at(-1)![0]!;
    },
    backward(row, slope) {
      slopes.at(-1)![0] = slope;
      for (let index = list.length - 1; index > 0; index--) {
        passBack(list[index]!, gradients.list[index]!, values[index - 1]!, slopes[index]!, slopes[index - 1]!);
      }
      addInputGradient(gradients.list[0]!, inputs, row, slopes[0]!);
    },
  };
}

function addInputs(output: Float64Array, { units, weights }: Layer, inputs: Inputs, row: number): void {
  const { numberCount, numbers, categories } = inputs;
  for (let column = 0; column < numberCount; column++) {
    const value = numbers[row * numberCount + column]!;
    const base = column * units;
    for (let unit = 0; unit < units; unit++) output[unit]! += value * weights[base + unit]!;
  }
  for (const { from, levels, codes } of categories) {
    const code = codes[row]!;
    if (code >= levels) continue;
    const base = (from + code) * units;
    for (let unit = 0; unit < units; unit++) output[unit]! += weights[base + unit]!;
  }
}

function addDense(output: Float64Array, { units, weights }: Layer, values: Float64Array): void {
  for (let input = 0; input < values.length; input++) {
    const value = values[input]!;
    if (value === 0) continue;
    const base = input * units;
    for (let unit = 0; unit < units; unit++) output[unit]! += value * weights[base + unit]!;
  }
}

/** Gradient of one layer over the values before it, and the slopes of those; a unit that was cut off passes nothing. */
function passBack(
  { units, weights }: Layer,
  gradient: Layer,
  values: Float64Array,
  slopes: Float64Array,
  before: Float64Array,
): void {
  for (let unit = 0; unit < units; unit++) gradient.bias[unit]! += slopes[unit]!;
  for (let input = 0; input < values.length; input++) {
    const value = values[input]!;
    before[input] = 0;
    if (value === 0) continue;
    const base = input * units;
    let sum = 0;
    for (let unit = 0; unit < units; unit++) {
      sum += slopes[unit]! * weights[base + unit]!;
      gradient.weights[base + unit]! += slopes[unit]! * value;
    }
    before[input] = sum;
  }
}

function addInputGradient({ units, weights, bias }: Layer, inputs: Inputs, row: number, slopes: Float64Array): void {
  const { numberCount, numbers, categories } = inputs;
  for (let unit = 0; unit < units; unit++) bias[unit]! += slopes[unit]!;
  for (let column = 0; column < numberCount; column++) {
    const value = numbers[row * numberCount + column]!;
    const base = column * units;
    for (let unit = 0; unit < units; unit++) weights[base + unit]! += value * slopes[unit]!;
  }
  for (const { from, levels, codes } of categories) {
    const code = codes[row]!;
    if (code >= levels) continue;
    const base = (from + code) * units;
    for (let unit = 0; unit < units; unit++) weights[base + unit]! += slopes[unit]!;
  }
}
