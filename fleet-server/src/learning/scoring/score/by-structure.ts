import { messageOf } from '@plumbline/shared/errors';
import { featuresOf, type ActivityRecord, type Feature } from '@plumbline/shared/manifest';
import { agrees, firstDisagreement, type Run } from '@plumbline/shared/predict';
import { createExplainer, rankReasons, type Explainer } from '@plumbline/shared/predict/explain';
import type { Reason } from '@plumbline/shared/wire';
import type { ScorableModel } from '../model/scorable.ts';

/** Reasons derived from the model's own graph; a row that it does not lead to the said score of gets none here. */
export interface Structure {
  reasonsOf(run: Run, row: number, record: ActivityRecord, said: number, top: number): Reason[] | undefined;
}

/** @returns the end of a sentence where the graph is not understood: its rows are explained by occlusion */
export function createStructure(model: ScorableModel): Structure | string {
  const explainer = explainerOf(model);
  if (typeof explainer === 'string') return explainer;
  const features: Feature[] = featuresOf(model.manifest);
  if (model.golden !== undefined && firstDisagreement(model.manifest, model.golden, explainer) >= 0) {
    return 'gives other scores than the golden rows';
  }
  return {
    reasonsOf({ feeds }, row, record, said, top) {
      const explanation = explainer.explain(feeds, row);
      if (!agrees(explainer, explanation, said)) return undefined;
      return rankReasons(explainer, features, record, explanation.contributions, top);
    },
  };
}

function explainerOf({ bytes, manifest, reference, reasons }: ScorableModel): Explainer | string {
  try {
    return createExplainer({ model: bytes, manifest, reference, reasons });
  } catch (error) {
    return messageOf(error);
  }
}
