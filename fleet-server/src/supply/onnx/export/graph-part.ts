import type { NodeProto, TensorProto } from '@plumbline/shared/onnx';

/** Names of the graph's inputs and outputs; the agent and the manifest rely on them. */
export const VALUES = {
  numbers: 'numbers',
  categories: 'categories',
  probabilities: 'probabilities',
  label: 'label',
  value: 'value',
} as const;

/** A stretch of the graph and the name of the value it ends in. */
export interface GraphPart {
  nodes: NodeProto[];
  initializers: TensorProto[];
  output: string;
}
