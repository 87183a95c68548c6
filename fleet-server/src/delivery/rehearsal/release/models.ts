import { standInModel, type StandInModel } from '@plumbline/agent/simulated';
import type { CandidateFaults } from '../scenario/candidate.ts';

/** What stands for the model in force. Its scores lie between 0.2 and 0.8 for most records, so that a shift has room. */
export function championModel(version: string): StandInModel {
  return standInModel.parse({ version, weights: [0.6, -0.4], bias: 0, runMsPerRecord: 4, peakMb: 32 });
}

/** Nearly the same model, and what the scenario wants to be wrong with it. */
export function candidateModel(version: string, faults: CandidateFaults): StandInModel {
  const champion = championModel(version);
  return {
    ...champion,
    weights: [0.606, -0.404],
    shift: faults.shifted?.by ?? 0,
    inverted: faults.disagrees?.share ?? 0,
    scatter: Math.sqrt(faults.worse?.brier ?? 0),
    unanswered: faults.errors?.rate ?? 0,
    runMsPerRecord: champion.runMsPerRecord * (faults.slow?.factor ?? 1),
    peakMb: champion.peakMb * (faults.larger?.factor ?? 1),
  };
}
