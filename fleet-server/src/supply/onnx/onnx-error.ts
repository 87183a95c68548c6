import { CodedError } from '@plumbline/shared/errors';

export type OnnxErrorCode =
  | 'onnx_not_a_model' // truncated, garbage, or a protobuf message that is no ModelProto
  | 'onnx_lfs_pointer' // a git-lfs pointer was handed over instead of the file it stands for
  | 'onnx_external_data' // weights lie in another file, which we neither have nor may follow
  | 'onnx_too_large'
  | 'onnx_too_deep'
  | 'onnx_operator_unsupported'
  | 'onnx_dtype_unsupported'
  | 'onnx_tensor_invalid' // dims, dtype and data of a tensor contradict each other
  | 'onnx_fitted_invalid'; // a fitted model that cannot become a graph

/** Every refusal of the ONNX room. `field` is the path inside the message, e.g. `graph.node[3].attribute[0].t`. */
export class OnnxError extends CodedError<OnnxErrorCode> {
  override readonly name: string = 'OnnxError';
}
