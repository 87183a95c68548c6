import type * as Runtime from 'onnxruntime-web/wasm';
import { messageOf } from '@plumbline/shared/errors';
import { InferenceError, type Inference } from '../../ports/index.ts';
import { sessionOf } from './ort-inference.ts';

/**
 * ONNX Runtime as WebAssembly, for machines for which `onnxruntime-node` has no build. Brought into memory by the first
 * model. One thread: more would be workers of Node, and a gateway answers one record at a time.
 */
export function createWasmInference(version: string): Inference {
  let runtime: Promise<typeof Runtime> | undefined;
  return {
    runtime: `onnxruntime-web ${version}`,
    async load(model) {
      runtime ??= importRuntime();
      const ort = await runtime;
      try {
        return sessionOf(ort, await ort.InferenceSession.create(model, { executionProviders: ['wasm'] }));
      } catch (cause) {
        throw new InferenceError('model_unloadable', messageOf(cause), { kind: 'refused', field: 'model', cause });
      }
    },
  };
}

async function importRuntime(): Promise<typeof Runtime> {
  const ort = await import('onnxruntime-web/wasm');
  ort.env.wasm.numThreads = 1;
  return ort;
}
