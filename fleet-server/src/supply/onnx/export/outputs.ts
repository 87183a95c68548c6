import type { GraphPart } from './graph-part.ts';
import { VALUES } from './graph-part.ts';
import { floatTensor, int, node } from './proto.ts';
import type { NodeProto, ValueInfoProto } from '@plumbline/shared/onnx';
import { scoreIsShare, type FittedModel } from '../fitted-model.ts';
import { tensorType } from '../graph/value-type.ts';

/** What the columns of a model's scores are multiplied by: one column a class, or a single one for a value. */
export function signsOf({ answer }: Pick<FittedModel, 'answer'>): number[] {
  return answer === 'value' ? [1] : [-1, 1];
}

/** The last stretch of the graph: scores, as wide as `signsOf`, to what the model answers; and what that is called. */
export function answers(model: FittedModel, scores: GraphPart): GraphPart & { outputs: ValueInfoProto[] } {
  if (model.answer === 'value') {
    return {
      ...renamed(scores, VALUES.value),
      outputs: [{ name: VALUES.value, type: tensorType('float32', ['N', 1]) }],
    };
  }
  const linked = linkedScores(model, scores);
  const label = node('ArgMax', [VALUES.probabilities], [VALUES.label], [int('axis', 1), int('keepdims', 0)]);
  return {
    ...linked,
    nodes: [...linked.nodes, label],
    outputs: [
      { name: VALUES.probabilities, type: tensorType('float32', ['N', 2]) },
      { name: VALUES.label, type: tensorType('int64', ['N']) },
    ],
  };
}

/** Scores `[N, 2]` to probabilities, by the link of the model. */
function linkedScores(model: FittedModel, scores: GraphPart): GraphPart {
  const output = VALUES.probabilities;
  if (!scoreIsShare(model)) {
    return { ...scores, nodes: [...scores.nodes, node('Sigmoid', [scores.output], [output])], output };
  }
  const bounds = [floatTensor('zero', [], Float32Array.of(0)), floatTensor('one', [], Float32Array.of(1))];
  return {
    nodes: [...scores.nodes, node('Clip', [scores.output, 'zero', 'one'], [output])],
    initializers: [...scores.initializers, ...bounds],
    output,
  };
}

/** The same stretch ending in a value of another name, without a node for it. */
function renamed({ nodes, initializers, output }: GraphPart, name: string): GraphPart {
  const rename = (one: NodeProto): NodeProto => (one.output[0] === output ? { ...one, name, output: [name] } : one);
  return { nodes: nodes.map(rename), initializers, output: name };
}
