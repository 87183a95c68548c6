import type { Inference } from '../../ports/index.ts';
import { createWasmInference as createInference } from '../../models/wasm-inference.ts';

/** For machines for which `onnxruntime-node` has no build. More than one thread would be workers of Node. */
export function createWasmInference(version: string): Inference {
  return createInference(version, () => import('onnxruntime-web/wasm'));
}
