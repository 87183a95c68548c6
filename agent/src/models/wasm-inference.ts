import { messageOf } from '@plumbline/shared/errors';
import { InferenceError, type Inference } from '../ports/index.ts';
import { sessionOf, type LoadedSession, type TensorRuntime } from './session-of.ts';

/** `onnxruntime-web/wasm`, as far as it is used. */
export interface WasmRuntime<Tensor> extends TensorRuntime<Tensor> {
  env: { wasm: { numThreads?: number } };
  InferenceSession: {
    create(model: Uint8Array, options: { executionProviders: ['wasm'] }): Promise<LoadedSession<Tensor>>;
  };
}

/**
 * ONNX Runtime as WebAssembly: in browsers, and on machines for which the native one has no build. Brought into memory
 * by the first model. One thread: a device answers one record at a time.
 * @param load imports the runtime, which only an adapter may name
 */
export function createWasmInference<Tensor>(version: string, load: () => Promise<WasmRuntime<Tensor>>): Inference {
  let runtime: Promise<WasmRuntime<Tensor>> | undefined;
  const importOnce = async () => {
    const ort = await load();
    ort.env.wasm.numThreads = 1;
    return ort;
  };
  return {
    runtime: `onnxruntime-web ${version}`,
    async load(model) {
      runtime ??= importOnce();
      const ort = await runtime;
      try {
        return sessionOf(ort, await ort.InferenceSession.create(model, { executionProviders: ['wasm'] }));
      } catch (cause) {
        throw new InferenceError('model_unloadable', messageOf(cause), { kind: 'refused', field: 'model', cause });
      }
    },
  };
}
