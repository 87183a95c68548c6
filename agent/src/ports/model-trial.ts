/** The port is shared: the server tries a model by the very program devices run. */
export type { ModelTrial, TrialJob, TrialResult } from '@plumbline/shared/predict';
