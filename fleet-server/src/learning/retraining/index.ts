export { compareWithChampion, scoresOfVersion, type Comparison } from './compare.ts';
export { decideTrigger, type RetrainingPolicy, type Trigger, type TriggerInput } from './decide-trigger.ts';
export { fleetDataset } from '../datasets/index.ts';
export { retrain, type Retraining, type RetrainInput } from './retrain.ts';
