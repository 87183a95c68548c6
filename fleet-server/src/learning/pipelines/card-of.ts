import { buildCard, buildDayCard } from '../experiments/index.ts';
import type { Dataset } from '../datasets/index.ts';
import { isClassification } from './delay/describe-trained.ts';
import { provenanceOf } from './describe-model.ts';
import type { TrainedDelayModel } from './train-delay-model.ts';
import type { TrainedModel } from './train-model.ts';

/**
 * The labels that a model may have been chosen by, those held back from it among them, were all known before this moment,
 * ms: outcomes known from then on are new to it, and may judge it against another.
 */
export function knownBefore({ examples }: Pick<Dataset, 'examples'>): number {
  return examples.reduce((latest, { knownAt }) => Math.max(latest, knownAt + 1), 0);
}

/** What a card says of a model trained here. */
export function cardOf(trained: TrainedModel | TrainedDelayModel): Record<string, unknown> {
  const { dataset, result, gate, holdout } = trained;
  const { settings, chosen, table, parameters, notRun } = result;
  // A configuration that failed has no figures, and its means are no numbers.
  const trials = table.map((trial) => {
    const { algorithm, parameters: tried, failed } = trial;
    return failed === undefined ? trial : { algorithm, parameters: tried, failed };
  });
  return {
    origin: 'trained',
    dataset: provenanceOf(dataset),
    knownBefore: knownBefore(dataset),
    search: { ...settings, chosen, table: trials, ...(notRun.length > 0 ? { notRun } : {}) },
    parameters,
    ...('recalibration' in result ? { recalibration: result.recalibration } : {}),
    gate,
    ...('threshold' in result && result.threshold !== undefined ? { threshold: result.threshold } : {}),
    ...(holdout === undefined ? {} : { holdout }),
    modelCard: isClassification(trained) ? buildCard(trained) : buildDayCard(trained),
  };
}
