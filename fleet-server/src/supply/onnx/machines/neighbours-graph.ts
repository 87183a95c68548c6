import type { GraphPart } from '../export/graph-part.ts';
import { signsOf } from '../export/outputs.ts';
import { doubleTensor, int, int64Scalar, node } from '../export/proto.ts';
import { dtypeNumber, type NodeProto, type TensorProto } from '@plumbline/shared/onnx';
import type { NeighboursModel } from '../fitted-model.ts';
import { NEAREST, reachOf, stepOf, STEPS } from './neighbours-score.ts';
import { joined, signedScores, squaredDistances, standardDesign } from './wide.ts';

/** Scores of k nearest neighbours: (-score, score) under a line, (1 - share, share) without, the mean for a value. */
export function neighboursScores(model: NeighboursModel): GraphPart {
  const count = model.targets.length;
  const design = standardDesign(model.columns, model.vectors.length / count);
  const steps: GraphPart = {
    nodes: [
      node('Mul', [design.output, 'steps'], ['stepped']),
      node('Add', ['stepped', 'half'], ['raised']),
      node('Floor', ['raised'], ['points']),
    ],
    initializers: [doubleTensor('steps', [], Float64Array.of(STEPS)), doubleTensor('half', [], Float64Array.of(0.5))],
    output: 'points',
  };
  const distances = squaredDistances('points', Float32Array.from(model.vectors, stepOf), count);
  const shares = model.answer === undefined && model.line === undefined;
  const scores = signedScores('answer', signsOf(model), shares ? [1, 0] : undefined);
  return joined(design, steps, distances, nearest(model, distances.output), votes(model), answer(model), scores);
}

function nearest(model: NeighboursModel, distances: string): GraphPart {
  return {
    nodes: [
      node(
        'TopK',
        [distances, 'reach'],
        ['nearest_distances', 'nearest_rows'],
        [int('axis', 1), int('largest', 0), int('sorted', 1)],
      ),
      node('Gather', ['targets', 'nearest_rows'], ['nearest_targets']),
    ],
    initializers: [
      reachTensor(reachOf(model)),
      doubleTensor('targets', [model.targets.length], Float64Array.from(model.targets)),
    ],
    output: 'nearest_targets',
  };
}

/** How much each of the nearest rows counts, float64 `[N, reach]`: the places it fills, divided by its distance. */
function votes({ rowWeights, weighting, k }: NeighboursModel): GraphPart {
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  let output = 'whole_vote';
  if (rowWeights === undefined) {
    if (weighting === 'distance') initializers.push(doubleTensor(output, [], Float64Array.of(1)));
  } else {
    nodes.push(
      node('Gather', ['row_weights', 'nearest_rows'], ['wanted']),
      node('CumSum', ['wanted', 'across'], ['taken'], [int('exclusive', 1)]),
      node('Sub', ['k', 'taken'], ['left']),
      node('Min', ['left', 'wanted'], ['cut']),
      node('Max', ['cut', 'none'], ['filled']),
    );
    initializers.push(
      doubleTensor('row_weights', [rowWeights.length], Float64Array.from(rowWeights)),
      int64Scalar('across', 1),
      doubleTensor('k', [], Float64Array.of(k)),
      doubleTensor('none', [], Float64Array.of(0)),
    );
    output = 'filled';
  }
  if (weighting === 'distance') {
    nodes.push(
      node('Max', ['nearest_distances', 'least_distance'], ['some_distance']),
      node('Sqrt', ['some_distance'], ['root']),
      node('Div', [output, 'root'], ['votes']),
    );
    initializers.push(doubleTensor('least_distance', [], Float64Array.of(NEAREST)));
    output = 'votes';
  }
  return { nodes, initializers, output };
}

function answer(model: NeighboursModel): GraphPart {
  const { line, rowWeights, weighting } = model;
  const weighed = weighting === 'distance' ? 'votes' : rowWeights === undefined ? undefined : 'filled';
  const flat = [int('keepdims', 1)];
  const nodes: NodeProto[] =
    weighed === undefined
      ? [
          node('ReduceSum', ['nearest_targets', 'along_columns'], ['total'], flat),
          node('Div', ['total', 'neighbours'], ['mean']),
        ]
      : [
          node('Mul', ['nearest_targets', weighed], ['voted']),
          node('ReduceSum', ['voted', 'along_columns'], ['total'], flat),
          node('ReduceSum', [weighed, 'along_columns'], ['voters'], flat),
          node('Div', ['total', 'voters'], ['mean']),
        ];
  const initializers = weighed === undefined ? [doubleTensor('neighbours', [], Float64Array.of(reachOf(model)))] : [];
  if (line === undefined) return { nodes: nodes.map(endingIn('mean', 'answer')), initializers, output: 'answer' };
  return {
    nodes: [...nodes, node('Mul', ['mean', 'slope'], ['sloped']), node('Add', ['sloped', 'intercept'], ['answer'])],
    initializers: [
      ...initializers,
      doubleTensor('slope', [], Float64Array.of(line.slope)),
      doubleTensor('intercept', [], Float64Array.of(line.intercept)),
    ],
    output: 'answer',
  };
}

function endingIn(from: string, to: string): (one: NodeProto) => NodeProto {
  return (one) => (one.output[0] === from ? { ...one, name: to, output: [to] } : one);
}

function reachTensor(reach: number): TensorProto {
  const value = new Uint8Array(BigInt64Array.of(BigInt(reach)).buffer);
  return { name: 'reach', dataType: dtypeNumber('int64'), dims: BigInt64Array.of(1n), rawData: value };
}
