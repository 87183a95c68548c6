import type { ModelTrial } from '@plumbline/shared/predict';
import {
  intakeModel,
  optimizeModel,
  submitForApproval,
  type AwaitingRelease,
  type PublishDeps,
  type TrialRow,
} from '../../supply/models/index.ts';
import { candidatesOf, exportModel } from '../../supply/onnx/index.ts';
import { summary } from '../datasets/index.ts';
import { inputsOf, OUTPUT, referenceOf } from './describe-model.ts';
import { PipelineError } from './errors.ts';
import type { TrainedModel } from './train-model.ts';

export interface Release extends AwaitingRelease {
  trials: TrialRow[];
}

/**
 * Trained model → graph with its pre-processing → tried, shrunk, sealed; it then awaits its second signature.
 * @throws PipelineError `gate_refused`: what the quality gate refused is never registered.
 */
export async function releaseModel(
  deps: PublishDeps & { trial: ModelTrial },
  actor: string,
  line: string,
  trained: TrainedModel,
  card: Record<string, unknown> = {},
): Promise<Release> {
  const { dataset, result, gate } = trained;
  if (gate.verdict === 'refuse') {
    throw new PipelineError('gate_refused', gate.reasons.map((reason) => reason.sentence).join(' '), {
      kind: 'refused',
      field: 'gate',
      expected: 'a model that is better than chance and calibrated',
    });
  }
  const accepted = await intakeModel(
    deps,
    {
      line,
      target: dataset.target,
      algorithm: result.algorithm,
      bytes: exportModel(result.model),
      inputs: inputsOf(result.model, dataset.features),
      output: OUTPUT,
      reference: referenceOf(dataset, result),
      card: { ...cardOf(trained), ...card },
    },
    deps.now(),
  );
  const candidates = candidatesOf(result.model).map(({ recipe, bytes }) => ({ variant: recipe, recipe, bytes }));
  const optimized = await optimizeModel(deps, accepted, candidates);
  return { ...(await submitForApproval(deps, actor, optimized)), trials: optimized.trials };
}

function cardOf({ dataset, result, gate }: TrainedModel): Record<string, unknown> {
  return {
    origin: 'trained',
    dataset: {
      name: dataset.name,
      version: dataset.version,
      reader: dataset.reader,
      sources: dataset.sources,
      summary: summary(dataset),
    },
    search: { ...result.settings, chosen: result.chosen, table: result.table },
    parameters: result.parameters,
    recalibration: result.recalibration,
    gate,
  };
}
