import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createProcessTrial } from '../../../agent/src/node/models/process-trial.ts';
import { foreignModels } from '../../../fleet-server/src/supply/onnx/foreign-models.ts';
import { modelTrialContract } from './model-trial.contract.ts';

const ORPHAN_MAIN = fileURLToPath(new URL('./orphan-trial-main.ts', import.meta.url));

describe.each(['onnxruntime-node', 'onnxruntime-web'] as const)('the trial process of a gateway, with %s', (engine) => {
  modelTrialContract(foreignModels(), async () => {
    const trial = createProcessTrial(engine);
    return {
      trial,
      aborts: engine === 'onnxruntime-node',
      killPlace() {
        if (trial.childPid !== undefined) process.kill(trial.childPid, 'SIGKILL');
      },
      end: () => trial.close(),
    };
  });
});

describe('the trial process of a gateway', () => {
  it('dies with its agent, also in the middle of a model that never ends', async () => {
    const agent = fork(ORPHAN_MAIN);
    const [pid]: unknown[] = await once(agent, 'message');
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    agent.kill('SIGKILL');
    // The test ends when the process does, or by its own timeout.
    while (existsSync(`/proc/${pid}`)) await new Promise((resolve) => setImmediate(resolve));
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });
});
