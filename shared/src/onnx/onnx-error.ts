import { CodedError } from '../errors/index.ts';

export type OnnxErrorCode =
  | 'onnx_not_a_model' // truncated, garbage, or a protobuf message that is no ModelProto
  | 'onnx_lfs_pointer' // a git-lfs pointer was handed over instead of the file it stands for
  | 'onnx_external_data' // weights lie in another file, which we neither have nor may follow
  | 'onnx_too_large'
  | 'onnx_too_deep'
  | 'onnx_operator_unsupported'
  | 'onnx_dtype_unsupported'
  | 'onnx_graph_invalid' // names, order, versions or dimensions by which no runtime can build the graph
  | 'onnx_tensor_invalid' // dims, dtype and data of a tensor contradict each other
  | 'onnx_fitted_invalid'; // a fitted model that cannot become a graph

/** Every refusal of the ONNX room. `field` is the path inside the message, e.g. `graph.node[3].attribute[0].t`. */
export class OnnxError extends CodedError<OnnxErrorCode> {
  override readonly name: string = 'OnnxError';
}

const LONGEST_NAME = 80;

/** A name out of a model nobody trusts, fit for a message, a log line and a terminal: quoted, short, nothing invisible. */
export function quoted(name: string | undefined): string {
  const all = name ?? '';
  const short = all.length > LONGEST_NAME ? `${all.slice(0, LONGEST_NAME)}…` : all;
  return JSON.stringify(short.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\uFFFD'));
}
