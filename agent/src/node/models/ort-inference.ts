import type * as Runtime from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import packageFile from 'onnxruntime-node/package.json' with { type: 'json' };
import { messageOf } from '@plumbline/shared/errors';
import { sessionOf } from '../../models/session-of.ts';
import { InferenceError, type Inference } from '../../ports/index.ts';

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
