import type * as Runtime from 'onnxruntime-node';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import packageFile from 'onnxruntime-node/package.json' with { type: 'json' };
import { messageOf } from '@plumbline/shared/errors';
import type { Feed, RunOutputs } from '@plumbline/shared/predict';
import { InferenceError, type Inference, type Session } from '../../ports/index.ts';

/** One thread per model: a gateway answers one record at a time, and other programs need the second core. */
const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
};

/**
 * ONNX Runtime of a process, brought into memory by the first model.
 * @param options `arena: false` where memory is limited: the arena takes whole powers of two, and where those are not to
 * be had nine tenths of what is, which leaves nothing for the rest of the process
 */
export function createOrtInference({ arena = true }: { arena?: boolean } = {}): Inference {
  let runtime: Promise<typeof Runtime> | undefined;
  return {
    runtime: `${packageFile.name} ${packageFile.version}`,
    async load(model) {
      runtime ??= import('onnxruntime-node');
      const ort = await runtime;
      try {
        return sessionOf(
          ort,
          await ort.InferenceSession.create(model, { ...SESSION_OPTIONS, enableCpuMemArena: arena }),
        );
      } catch (cause) {
        throw new InferenceError('model_unloadable', messageOf(cause), { kind: 'refused', field: 'model', cause });
      }
    },
  };
}

/** The part of a JavaScript runtime that a session needs: native and WebAssembly are built on one `onnxruntime-common`. */
type TensorRuntime = Pick<typeof Runtime, 'Tensor'>;

export function sessionOf(ort: TensorRuntime, session: InferenceSession): Session {
  /** Tensors of the last lone row: they see what is written into the same arrays before the next run. */
  let kept: { feeds: readonly Feed[]; inputs: Record<string, Tensor> } | undefined;
  const inputsOf = (feeds: readonly Feed[]): Record<string, Tensor> => {
    if (kept?.feeds === feeds) return kept.inputs;
    const inputs: Record<string, Tensor> = {};
    for (const feed of feeds) inputs[feed.name] = tensorOf(ort, feed);
    if (feeds.every(({ dims }) => dims[0] === 1)) kept = { feeds, inputs };
    return inputs;
  };
  return {
    async run(feeds, outputs) {
      try {
        // Tensors already have the two members of RunOutputs: nothing is copied on the way out.
        return (await session.run(inputsOf(feeds), outputs)) as RunOutputs;
      } catch (cause) {
        throw new InferenceError('run_failed', messageOf(cause), { kind: 'refused', cause });
      }
    },
    close: () => session.release(),
  };
}

/** The constructor is overloaded by element type; one spelling stands for all, as `encodeRuns` pairs them. */
function tensorOf(ort: TensorRuntime, { dtype, data, dims }: Feed): Tensor {
  return new ort.Tensor(dtype as 'float32', data as Float32Array, dims);
}
