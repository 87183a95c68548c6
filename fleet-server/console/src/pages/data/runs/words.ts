import type { Tone } from '../../../parts/values/badge.tsx';
import type { RunView } from '../queries.ts';

export const RUN_STATES: Record<RunView['state'], Tone> = {
  running: 'busy',
  finished: 'good',
  failed: 'bad',
  stopped: 'stopped',
};
export const STATES = Object.keys(RUN_STATES) as RunView['state'][];

export const KINDS = ['train', 'import', 'retrain'] as const satisfies readonly RunView['kind'][];

/** Figures that a list shows; a run has more. */
export const SHOWN_METRICS = ['auc', 'brier', 'accuracy'] as const;
