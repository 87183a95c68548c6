import { dtypeName, quoted, type DType, type ModelProto, type ValueInfoProto } from '@plumbline/shared/onnx';
import { refusal } from './refusal.ts';
import { MAX_TENSOR_BYTES, TENSOR_FORMS } from './tensor-forms.ts';

const MAX_DIMENSION = 2n ** 31n;

/**
 * What a model wants to be fed, and says it answers, can be held in memory. Open dimensions count as one; -1 is how some
 * exporters write "open".
 * @throws {OnnxError} onnx_graph_invalid for a dimension that cannot be, onnx_too_large for their product
 */
export function checkDimensions(model: ModelProto): void {
  for (const side of ['input', 'output'] as const) {
    for (const [index, value] of model.graph[side].entries()) checkValue(value, side, `graph.${side}[${index}]`);
  }
}

function checkValue(value: ValueInfoProto, side: string, path: string): void {
  const { tensorType } = value.type ?? {};
  let count = 1;
  for (const [index, { dimValue }] of (tensorType?.shape?.dim ?? []).entries()) {
    if (dimValue === undefined || dimValue === -1n) continue;
    if (dimValue < 0n || dimValue > MAX_DIMENSION) {
      throw refusal(
        'onnx_graph_invalid',
        `${side} ${quoted(value.name)} has the dimension ${dimValue}`,
        `${path}.type.tensorType.shape.dim[${index}]`,
        `0 to ${MAX_DIMENSION}, or -1 for an open dimension`,
      );
    }
    count *= Number(dimValue);
  }
  const bytes = (count * (TENSOR_FORMS[dtypeName(tensorType?.elemType) as DType]?.bits ?? 8)) / 8;
  // An infinite product with a zero in it is no number, and empty.
  if (!(bytes > MAX_TENSOR_BYTES)) return;
  const message = `${side} ${quoted(value.name)} takes ${bytes} bytes for a single run`;
  throw refusal('onnx_too_large', message, `${path}.type.tensorType.shape`, `at most ${MAX_TENSOR_BYTES} bytes`);
}
