import * as ort from 'onnxruntime-web/wasm';
import type { Inference } from '../../ports/index.ts';
import { createWasmInference } from '../../models/wasm-inference.ts';

/**
 * ONNX Runtime as WebAssembly, without WebGPU and without threads, which would need a page that isolates itself from
 * others. The bundler puts its `.wasm` file beside the scripts: nothing comes from another origin. That file is loaded
 * with the first model.
 */
export function createBrowserInference(): Inference {
  return createWasmInference(ort.env.versions.web ?? 'unknown', async () => ort);
}
