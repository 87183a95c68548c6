import {
  aboutTraining,
  CODE_VERSION,
  metricsOfDays,
  metricsOfTraining,
  type ArtifactInput,
} from '../../../learning/experiments/index.ts';
import type { TrainedDelayModel, TrainedModel } from '../../../learning/pipelines/index.ts';
import { RUN_FILE, type WrittenRun } from '../experiments/post-run.ts';
import type { TrainingReport } from './training-report.ts';
import { json, text } from './write-training.ts';

/** The model comes to the server by `models import`, with its mapping and its seal; a run keeps what tells of it. */
const NOT_OF_THE_RUN = ['model.onnx'];

/** The training as a run of an experiment, but for the experiment. */
export function runOfTraining(
  trained: TrainedModel | TrainedDelayModel,
  { dataset }: TrainingReport,
  files: readonly ArtifactInput[],
  { startedAt, endedAt }: { startedAt: number; endedAt: number },
): WrittenRun {
  const { settings, seed } = aboutTraining(trained);
  const { holdout } = trained;
  return {
    kind: 'train',
    // As it was read, hold-out included: that is the version people know.
    dataset: { name: dataset.name, version: dataset.version },
    settings: {
      ...settings,
      target: dataset.target,
      ...(holdout === undefined ? {} : { holdout: { share: holdout.share, split: holdout.split } }),
    },
    seed,
    codeVersion: CODE_VERSION,
    startedAt,
    endedAt,
    metrics: 'recalibration' in trained.result ? metricsOfTraining(trained as TrainedModel) : daysOf(trained),
    files: files
      .filter(({ name }) => !NOT_OF_THE_RUN.includes(name))
      .map(({ name, mediaType }) => ({ name, mediaType })),
  };
}

/** What `plumbline runs record --from` reads. */
export function runFileOf(run: WrittenRun): ArtifactInput {
  return text(RUN_FILE, 'application/json', json(run));
}

function daysOf(trained: TrainedModel | TrainedDelayModel): WrittenRun['metrics'] {
  return metricsOfDays(trained as TrainedDelayModel);
}
