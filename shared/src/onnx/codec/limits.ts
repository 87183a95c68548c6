import { OnnxError } from '../onnx-error.ts';

export interface DecodeLimits {
  /** Largest file. */
  sizeBytes: number;
  /** Deepest nesting of messages; an `If` inside a graph costs three levels. */
  depth: number;
  /** Largest result in memory, estimated: two bytes on the wire can ask for an object of a hundred. */
  memoryBytes: number;
}

export const DEFAULT_LIMITS: DecodeLimits = {
  sizeBytes: 256 * 2 ** 20,
  depth: 64,
  memoryBytes: 512 * 2 ** 20,
};

/** What one `decodeModel` call has used up, and where it stands. */
export interface DecodeState {
  readonly limits: DecodeLimits;
  memoryBytes: number;
  /** Names from the root to the message being read, e.g. `graph`, `node[3]`. */
  readonly path: string[];
}

export function pathOf(state: DecodeState, last?: string): string {
  return [...state.path, ...(last === undefined ? [] : [last])].join('.');
}

/**
 * Accounts for memory before it is taken.
 * @throws {OnnxError} onnx_too_large
 */
export function charge(state: DecodeState, bytes: number): void {
  state.memoryBytes += bytes;
  if (state.memoryBytes <= state.limits.memoryBytes) return;
  throw new OnnxError('onnx_too_large', `the model unfolds to more than ${state.limits.memoryBytes} bytes in memory`, {
    kind: 'too-large',
    field: pathOf(state),
    expected: `at most ${state.limits.memoryBytes} bytes once decoded`,
  });
}

/** @throws {OnnxError} onnx_too_deep */
export function checkDepth(state: DecodeState): void {
  if (state.path.length < state.limits.depth) return;
  throw new OnnxError('onnx_too_deep', `messages are nested deeper than ${state.limits.depth}`, {
    field: pathOf(state),
    expected: `at most ${state.limits.depth} nested messages`,
  });
}
