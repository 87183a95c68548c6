import { createProcessTrial } from '../../../agent/src/node/models/process-trial.ts';
import { hanging } from './hostile-models.ts';

/** Starts a trial that never ends, tells the parent where it runs, and waits to be killed. */
const trial = createProcessTrial();
const job = {
  model: hanging(),
  manifest: {
    inputs: [
      {
        kind: 'columns' as const,
        name: 'x',
        dtype: 'float32' as const,
        batch: 'dynamic' as const,
        features: [{ name: 'x', type: 'number' as const, missing: 'refuse' as const, from: { column: 'x' } }],
      },
    ],
    output: { kind: 'value' as const, value: 'y' },
  },
  records: [{ values: { x: 1 }, asOf: 0 }],
  deadlineMs: 600_000,
  memoryMb: 256,
};
await trial.run({ ...job, records: [] });
void trial.run(job);
process.send?.(trial.childPid);
