import type { AttributeProto, NodeProto } from '../codec/messages.ts';

export const DEFAULT_DOMAIN = 'ai.onnx';
export const ML_DOMAIN = 'ai.onnx.ml';

/** The empty domain and `ai.onnx` are the same one. */
export function domainOf(node: NodeProto): string {
  return node.domain === undefined || node.domain === '' ? DEFAULT_DOMAIN : node.domain;
}

/** `domain::op`, e.g. `ai.onnx::Gemm`. */
export function operatorName(node: NodeProto): string {
  return `${domainOf(node)}::${node.opType ?? ''}`;
}

export function isOperator(node: NodeProto, domain: string, opType: string): boolean {
  return node.opType === opType && domainOf(node) === domain;
}

export function attributeOf(node: NodeProto, name: string): AttributeProto | undefined {
  return node.attribute.find((attribute) => attribute.name === name);
}
