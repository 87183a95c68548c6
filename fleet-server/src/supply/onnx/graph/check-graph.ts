import { checkDimensions } from '../check/check-dimensions.ts';
import { checkOperators } from '../check/check-operators.ts';
import { checkOutputTypes } from '../check/check-output-types.ts';
import { checkTensors } from '../check/check-tensors.ts';
import { checkWiring } from '../check/check-wiring.ts';
import { checkFunctions } from '../check/functions.ts';
import type { ModelProto } from '@plumbline/shared/onnx';

/**
 * What can be said of a model before anything runs it, in time linear in its size and without copying its weights.
 * Hangs, allocations and shapes that do not fit each other are for the trial process.
 * @throws {OnnxError} onnx_operator_unsupported, onnx_graph_invalid, onnx_tensor_invalid, onnx_dtype_unsupported,
 * onnx_too_large, onnx_external_data; `field` is the path, the message names node, operator and value
 */
export function checkGraph(model: ModelProto): void {
  checkOperators(model);
  checkFunctions(model);
  checkTensors(model);
  checkDimensions(model);
  checkWiring(model);
  checkOutputTypes(model);
}
