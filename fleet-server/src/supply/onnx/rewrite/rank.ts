import { DEFAULT_DOMAIN, createConstants, domainOf, type ModelProto } from '@plumbline/shared/onnx';
import { describeValue } from '../graph/value-type.ts';

/** Operators whose result has the dims of their first input. */
const ELEMENTWISE = new Set(
  'BatchNormalization Cast Clip Dropout Elu Erf Gelu HardSigmoid HardSwish Identity LayerNormalization LeakyRelu Relu Selu Sigmoid Softmax Softplus Tanh'.split(
    ' ',
  ),
);
const BROADCAST = new Set(['Add', 'Div', 'Mul', 'Sub']);

/** Number of dimensions of a value of the main graph, where the graph itself tells; nothing is guessed. */
export function rankOf(model: ModelProto, name: string): number | undefined {
  const constantOf = createConstants(model);
  const inputs = new Map(model.graph.input.map((input) => [input.name ?? '', describeValue(input).shape?.length]));
  const producers = new Map(model.graph.node.flatMap((each) => each.output.map((output) => [output, each] as const)));
  const visited = new Set<string>();
  const rank = (value: string): number | undefined => {
    const constant = constantOf(value);
    if (constant !== undefined) return constant.dims.length;
    const producer = producers.get(value);
    if (producer === undefined) return inputs.get(value);
    if (visited.has(value) || domainOf(producer) !== DEFAULT_DOMAIN) return undefined;
    visited.add(value);
    const { opType = '', input } = producer;
    if (opType === 'Gemm' || opType === 'Flatten') return 2;
    if (ELEMENTWISE.has(opType)) return rank(input[0] ?? '');
    if (opType !== 'MatMul' && !BROADCAST.has(opType)) return undefined;
    const ranks = [rank(input[0] ?? ''), rank(input[1] ?? '')];
    if (
      ranks[0] === undefined ||
      ranks[1] === undefined ||
      (opType === 'MatMul' && Math.min(...(ranks as number[])) < 2)
    ) {
      return undefined;
    }
    return Math.max(ranks[0], ranks[1]);
  };
  return rank(name);
}
