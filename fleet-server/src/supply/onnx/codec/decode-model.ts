import { decodeMessage } from './decode-message.ts';
import type { DecodeLimits } from './limits.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { ModelProto } from './messages.ts';
import { OnnxError } from '../onnx-error.ts';

const LFS_PREFIX = new TextEncoder().encode('version https://git-lfs.github.com/spec/');

/**
 * Reads an ONNX file (onnx-ml.proto3). `bytes` fields of the result are views of the input: do not change it afterwards.
 * @throws {OnnxError} onnx_not_a_model, onnx_lfs_pointer, onnx_external_data, onnx_too_large, onnx_too_deep
 */
export function decodeModel(bytes: Uint8Array, limits: Partial<DecodeLimits> = {}): ModelProto {
  const all = { ...DEFAULT_LIMITS, ...limits };
  if (bytes.length > all.sizeBytes) {
    throw new OnnxError('onnx_too_large', `the model has ${bytes.length} bytes`, {
      kind: 'too-large',
      expected: `at most ${all.sizeBytes} bytes`,
    });
  }
  if (LFS_PREFIX.every((byte, index) => bytes[index] === byte)) {
    throw new OnnxError('onnx_lfs_pointer', 'this is a git-lfs pointer, not the file it points to', {
      expected: 'the model itself: run `git lfs pull` first',
    });
  }
  // A Buffer's `slice` does not copy: only plain byte arrays may get into the model.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const message = decodeMessage({ limits: all, memoryBytes: 0, path: [] }, 'model', plain);
  // Any short text parses as unknown protobuf fields; what makes a model is its graph and its version.
  for (const field of ['graph', 'irVersion']) {
    if (message[field] !== undefined) continue;
    throw new OnnxError('onnx_not_a_model', `the message has no ${field}`, { field, expected: 'an ONNX ModelProto' });
  }
  return message as unknown as ModelProto;
}
