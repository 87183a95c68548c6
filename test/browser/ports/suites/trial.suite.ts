import { describe } from 'vitest';
import { createWorkerTrial } from '../../../../agent/src/browser/models/worker-trial.ts';
import { fromBase64 } from '@plumbline/shared/trust';
import { modelTrialContract } from '../../../contracts-agent/models/model-trial.contract.ts';
import { inNode } from './bridge.ts';

const NAMES = ['tab_tract_linear_classifier', 'vis_mnist8'];
const { absent, models } = (await inNode('foreignModels', NAMES)) as {
  absent?: string;
  models: Record<string, string>;
};

describe('the trial worker of a tablet', () => {
  modelTrialContract({ absent, read: (name) => fromBase64(models[name] ?? '') }, async () => {
    const trial = createWorkerTrial();
    return { trial, aborts: false, killPlace: trial.endWorker, end: () => trial.close() };
  });
});
