import { messageOf } from '@plumbline/shared/errors';
import type { Feed, RunOutputs } from '@plumbline/shared/predict';
import { InferenceError, type Session } from '../ports/index.ts';

/** The part of a JavaScript build of ONNX Runtime that a session needs: all of them stand on one `onnxruntime-common`. */
export interface TensorRuntime<Tensor> {
  Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => Tensor;
}

/** A model as such a build holds it. */
export interface LoadedSession<Tensor> {
  run(inputs: Record<string, Tensor>, outputs: readonly string[]): Promise<object>;
  release(): Promise<void>;
}

/** A session of ONNX Runtime in the words of the port, whichever build it is of. */
export function sessionOf<Tensor>(ort: TensorRuntime<Tensor>, session: LoadedSession<Tensor>): Session {
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
function tensorOf<Tensor>(ort: TensorRuntime<Tensor>, { dtype, data, dims }: Feed): Tensor {
  return new ort.Tensor(dtype as 'float32', data as Float32Array, dims);
}
