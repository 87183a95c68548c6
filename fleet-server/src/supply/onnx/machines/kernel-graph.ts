import type { GraphPart } from '../export/graph-part.ts';
import { signsOf } from '../export/outputs.ts';
import { doubleTensor, int, node } from '../export/proto.ts';
import type { KernelModel } from '../fitted-model.ts';
import { joined, signedScores, squaredDistances, standardDesign } from './wide.ts';

/** Scores of a kernel machine for both classes, float32 `[N, 2]`. */
export function kernelScores(model: KernelModel): GraphPart {
  const { columns, gamma, coefficients, bias } = model;
  const count = coefficients.length;
  const design = standardDesign(columns, model.vectors.length / count);
  const distances = squaredDistances(design.output, Float32Array.from(model.vectors), count);
  const similarity: GraphPart = {
    nodes: [
      // A distance of nothing may come out just below it.
      node('Max', [distances.output, 'nothing'], ['squared']),
      node('Mul', ['squared', 'minus_gamma'], ['exponents']),
      node('Exp', ['exponents'], ['similarities']),
      node('Mul', ['similarities', 'coefficients'], ['parts']),
      node('ReduceSum', ['parts', 'along_columns'], ['sum'], [int('keepdims', 1)]),
      node('Add', ['sum', 'bias'], ['margin']),
    ],
    initializers: [
      doubleTensor('nothing', [], Float64Array.of(0)),
      doubleTensor('minus_gamma', [], Float64Array.of(-gamma)),
      doubleTensor('coefficients', [count], coefficients),
      doubleTensor('bias', [], Float64Array.of(bias)),
    ],
    output: 'margin',
  };
  return joined(design, distances, similarity, signedScores('margin', signsOf(model)));
}
