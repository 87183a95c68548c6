import type { ModelLab } from '../../platform/ports/index.ts';
import {
  intakeModel,
  optimizeModel,
  submitForApproval,
  type AwaitingRelease,
  type PublishDeps,
  type TrialRow,
} from '../../supply/models/index.ts';
import { exportModel } from '../../supply/onnx/index.ts';
import { cardOf } from './card-of.ts';
import { describeTrained } from './delay/describe-trained.ts';
import { inputsOf } from './describe-model.ts';
import { requirePass } from './require-pass.ts';
import type { TrainedDelayModel } from './train-delay-model.ts';
import type { TrainedModel } from './train-model.ts';

export interface Release extends AwaitingRelease {
  trials: TrialRow[];
  /** Why families of recipes had nothing for this model. */
  declined: string[];
}

/**
 * Trained model → graph with its pre-processing → tried, shrunk, sealed; it then awaits its second signature.
 * @throws PipelineError `gate_refused`: what the quality gate refused is never registered.
 */
export async function releaseModel(
  deps: PublishDeps & { lab: ModelLab },
  actor: string,
  line: string,
  trained: TrainedModel | TrainedDelayModel,
  card: Record<string, unknown> = {},
): Promise<Release> {
  const { dataset, result, gate } = trained;
  requirePass(gate);
  const { output, reference, rows, metric } = describeTrained(trained);
  const accepted = await intakeModel(
    deps,
    {
      line,
      target: dataset.target,
      algorithm: result.algorithm,
      bytes: exportModel(result.model),
      inputs: inputsOf(result.model, dataset.features),
      output,
      reference,
      card: { ...cardOf(trained), ...card },
    },
    deps.now(),
  );
  const optimized = await optimizeModel(deps, accepted, { rows, metric });
  return {
    ...(await submitForApproval(deps, actor, optimized)),
    trials: optimized.trials,
    declined: optimized.declined,
  };
}
