import { decodeMessage } from './decode-message.ts';
import type { DecodeLimits } from './limits.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { TensorProto } from './messages.ts';
import { OnnxError } from '../onnx-error.ts';

/**
 * Reads a lone TensorProto, as ONNX keeps test data in (`input_0.pb`). `rawData` is a view of the input.
 * @throws {OnnxError} onnx_not_a_model, onnx_external_data, onnx_too_large, onnx_tensor_invalid
 */
export function decodeTensor(bytes: Uint8Array, limits: Partial<DecodeLimits> = {}): TensorProto {
  const all = { ...DEFAULT_LIMITS, ...limits };
  if (bytes.length > all.sizeBytes) {
    throw new OnnxError('onnx_too_large', `the tensor has ${bytes.length} bytes`, {
      kind: 'too-large',
      expected: `at most ${all.sizeBytes} bytes`,
    });
  }
  // A Buffer's `slice` does not copy: only plain byte arrays may get into the message.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const tensor: TensorProto = decodeMessage({ limits: all, memoryBytes: 0, path: [] }, 'tensor', plain);
  if (tensor.externalData !== undefined || (tensor.dataLocation ?? 0) !== 0) {
    throw new OnnxError('onnx_external_data', 'the tensor keeps its data in another file', {
      field: 'externalData',
      expected: 'a tensor that carries its values',
    });
  }
  // Almost any short text parses as unknown protobuf fields; what makes a tensor is its type.
  if (tensor.dataType === undefined) {
    throw new OnnxError('onnx_tensor_invalid', 'the file holds no TensorProto', {
      field: 'dataType',
      expected: 'an onnx.TensorProto with its data type',
    });
  }
  return tensor;
}
