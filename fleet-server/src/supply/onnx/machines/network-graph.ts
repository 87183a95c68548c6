import { designMatrix } from '../export/design-matrix.ts';
import type { GraphPart } from '../export/graph-part.ts';
import { foldableCentres, prepareNumbers } from '../export/linear.ts';
import { signsOf } from '../export/outputs.ts';
import { floatTensor, node } from '../export/proto.ts';
import type { NodeProto, TensorProto } from '@plumbline/shared/onnx';
import type { NetworkModel } from '../fitted-model.ts';

/**
 * Scores of a network for both classes, float32 `[N, 2]`, or its value `[N, 1]`. Standardisation becomes part of the
 * first layer where float32 can bear it, as in a linear model; the last layer has a column for each class.
 */
export function networkScores(model: NetworkModel): GraphPart {
  const { columns, layers } = model;
  const { numbers } = columns;
  const width = layers[0]!.weights.length / layers[0]!.bias.length;
  const shift = layers[0]!.bias.reduce((most, _, unit) => {
    const sum = numbers.reduce(
      (total, { mean, scale }, j) => total + Math.abs((layers[0]!.weights[unit * width + j]! * mean) / scale),
      0,
    );
    return Math.max(most, sum);
  }, 0);
  const centres = foldableCentres(numbers, shift);
  const design = designMatrix(columns, prepareNumbers(numbers, centres));
  const nodes: NodeProto[] = [...design.nodes];
  const initializers: TensorProto[] = [...design.initializers];
  let input = design.output;
  let inputs = width;
  for (const [index, layer] of layers.entries()) {
    const isLast = index === layers.length - 1;
    const { weights, bias } = index === 0 ? unscaled(model, centres) : layer;
    const signs = isLast ? signsOf(model) : [1];
    const units = bias.length * signs.length;
    const placed = new Float32Array(inputs * units);
    weights.forEach((weight, at) => {
      const [unit, place] = [Math.floor(at / inputs), at % inputs];
      for (const [column, sign] of signs.entries())
        placed[place * units + unit * signs.length + column] = sign * weight;
    });
    const shifts = Float32Array.from({ length: units }, (_, at) => {
      return signs[at % signs.length]! * bias[Math.floor(at / signs.length)]!;
    });
    const output = isLast ? 'scores' : `layer_${index}`;
    initializers.push(
      floatTensor(`weights_${index}`, [inputs, units], placed),
      floatTensor(`bias_${index}`, [units], shifts),
    );
    nodes.push(node('Gemm', [input, `weights_${index}`, `bias_${index}`], [output]));
    if (!isLast) nodes.push(node('Relu', [output], [`active_${index}`]));
    input = `active_${index}`;
    inputs = bias.length;
  }
  return { nodes, initializers, output: 'scores' };
}

/** The first layer over values that are centred but not divided. */
function unscaled({ columns, layers }: NetworkModel, centres: number[]): NetworkModel['layers'][number] {
  const { weights, bias } = layers[0]!;
  const width = weights.length / bias.length;
  const divided = weights.map((weight, at) => weight / (columns.numbers[at % width]?.scale ?? 1));
  const shifted = bias.map((value, unit) =>
    columns.numbers.reduce((sum, { mean }, j) => sum - divided[unit * width + j]! * (mean - centres[j]!), value),
  );
  return { weights: divided, bias: shifted };
}
