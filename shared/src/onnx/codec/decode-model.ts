import { decodeMessage } from './decode-message.ts';
import type { DecodeLimits, DecodeState } from './limits.ts';
import { DEFAULT_LIMITS, pathOf } from './limits.ts';
import type { ModelProto } from './messages.ts';
import { OnnxError } from '../onnx-error.ts';

const LFS_PREFIX = new TextEncoder().encode('version https://git-lfs.github.com/spec/');

/** What a refusal names when it is about no field inside. */
const WHOLE = 'model';

/**
 * Reads an ONNX file (onnx-ml.proto3). `bytes` fields of the result are views of the input: do not change it afterwards.
 * @throws {OnnxError} onnx_not_a_model, onnx_lfs_pointer, onnx_external_data, onnx_too_large, onnx_too_deep
 */
export function decodeModel(bytes: Uint8Array, limits: Partial<DecodeLimits> = {}): ModelProto {
  const all = { ...DEFAULT_LIMITS, ...limits };
  if (bytes.length > all.sizeBytes) {
    throw new OnnxError('onnx_too_large', `the model has ${bytes.length} bytes`, {
      kind: 'too-large',
      field: WHOLE,
      expected: `at most ${all.sizeBytes} bytes`,
    });
  }
  if (LFS_PREFIX.every((byte, index) => bytes[index] === byte)) {
    throw new OnnxError('onnx_lfs_pointer', 'this is a git-lfs pointer, not the file it points to', {
      field: WHOLE,
      expected: 'the model itself: run `git lfs pull` first',
    });
  }
  // A Buffer's `slice` does not copy: only plain byte arrays may get into the model.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const message = decodeWhole({ limits: all, memoryBytes: 0, path: [] }, plain);
  // Any short text parses as unknown protobuf fields; what makes a model is its graph and its version.
  for (const field of ['graph', 'irVersion']) {
    if (message[field] !== undefined) continue;
    throw new OnnxError('onnx_not_a_model', `the message has no ${field}`, { field, expected: 'an ONNX ModelProto' });
  }
  return message as unknown as ModelProto;
}

/** The readers of bytes know no names: where one of them gives up, the path says how far it came. */
function decodeWhole(state: DecodeState, bytes: Uint8Array): Record<string, unknown> {
  try {
    return decodeMessage(state, 'model', bytes);
  } catch (error) {
    if (!(error instanceof OnnxError) || error.field !== undefined) throw error;
    const { code, message, expected, kind } = error;
    const field = pathOf(state) || WHOLE;
    throw new OnnxError(code, message, { kind, field, cause: error, ...(expected !== undefined && { expected }) });
  }
}
