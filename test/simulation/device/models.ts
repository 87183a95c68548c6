import type { Life } from '@plumbline/shared/testing/world';
import { sha256Hex } from '@plumbline/shared/trust';
import type { Inference, ModelTrial } from '../../../agent/src/ports/index.ts';
import { createLinearInference, createLinearTrial } from '../../../agent/src/testing/linear-inference.ts';

/** Which models were given to the predicting process, and which of them can answer now. */
export interface ModelWitness {
  loading: (modelSha256: string) => void;
  /** Hashes of the models whose session is open. */
  open: Map<object, string>;
}

const MAX_LOAD_MS = 20;

/** Linear models in the predicting process; every one that is loaded is written down. */
export function createInference(life: Life, witness: ModelWitness): Inference {
  const linear = createLinearInference();
  return {
    runtime: linear.runtime,
    async load(model) {
      const sha256 = sha256Hex(model);
      witness.loading(sha256);
      await life.wait(MAX_LOAD_MS);
      const session = await linear.load(model);
      const opened = {
        run: session.run.bind(session),
        async close() {
          witness.open.delete(opened);
          await session.close();
        },
      };
      witness.open.set(opened, sha256);
      return opened;
    },
  };
}

/** Trials take time, and their process goes with the power like the other. */
export function createTrial(life: Life): ModelTrial {
  const trial = createLinearTrial(createLinearInference());
  return {
    ...trial,
    async run(job) {
      const result = await trial.run(job);
      const timedOut = !result.ok && result.reason === 'timed_out';
      await life.wait(timedOut ? job.deadlineMs : MAX_LOAD_MS);
      return result;
    },
  };
}
