import { OnnxError, operatorName, quoted, type NodeProto, type OnnxErrorCode } from '@plumbline/shared/onnx';

/** A refusal of the static checks; `field` is the path inside the message, e.g. `graph.node[3].input[1]`. */
export function refusal(code: OnnxErrorCode, message: string, field: string, expected: string): OnnxError {
  return new OnnxError(code, message, { kind: code === 'onnx_too_large' ? 'too-large' : 'refused', field, expected });
}

/** How a refusal names a node, e.g. `node "fc1" (ai.onnx::Gemm)`. */
export function nodeLabel(node: NodeProto): string {
  return `node ${quoted(node.name)} (${operatorLabel(node)})`;
}

/** `domain::op`, unquoted as people know it, but short and printable. */
export function operatorLabel(node: NodeProto): string {
  return quoted(operatorName(node)).slice(1, -1);
}
