import { describe } from 'vitest';
import { createProcessTrial } from '../../agent/src/node/models/process-trial.ts';
import { modelTrialContract } from './model-trial.contract.ts';

describe('the trial process of a gateway', () => {
  modelTrialContract(async () => {
    const trial = createProcessTrial();
    return {
      trial,
      killPlace() {
        if (trial.childPid !== undefined) process.kill(trial.childPid, 'SIGKILL');
      },
      end: () => trial.close(),
    };
  });
});
