import type { Reference } from '@plumbline/shared/drift';
import type { GraphOutput } from '@plumbline/shared/manifest';
import type { LabelledRecords, Metric } from '../../../supply/models/index.ts';
import { LATE, outputOf, referenceOf, rowsOf } from '../describe-model.ts';
import type { TrainedDelayModel } from '../train-delay-model.ts';
import type { TrainedModel } from '../train-model.ts';
import { delayOutputOf } from './days.ts';
import { delayReferenceOf, delayRowsOf, skillBy } from './describe-delay.ts';

/** What a release says of a trained model, and what its encodings are judged on. */
export interface Description {
  output: GraphOutput;
  reference: Reference;
  rows: LabelledRecords;
  metric: Metric;
}

/** Chances and days part here: what speaks of the one is never made for the other. */
export function describeTrained(trained: TrainedModel | TrainedDelayModel): Description {
  const { learned } = trained;
  if (isClassification(trained)) {
    const { result } = trained;
    return { output: outputOf(result), reference: referenceOf(learned, result), rows: rowsOf(learned), metric: LATE };
  }
  const { loss } = trained.result.settings;
  return {
    output: delayOutputOf(loss),
    reference: delayReferenceOf(learned, trained.result),
    rows: delayRowsOf(learned),
    metric: skillBy(loss),
  };
}

export function isClassification(trained: TrainedModel | TrainedDelayModel): trained is TrainedModel {
  return 'recalibration' in trained.result;
}
