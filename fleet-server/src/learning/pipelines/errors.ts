import { CodedError } from '@plumbline/shared/errors';

export type PipelineErrorCode =
  | 'gate_refused' // the quality gate did not let the model through
  | 'answer_not_learned' // the line answers what this road does not learn
  | 'pipeline_malformed' // the file is not what it should be; the field is the path in it
  | 'pipeline_parameter' // a value that a parameter does not take, or one that is missing
  | 'pipeline_input' // what an earlier step answered is not what a step takes
  | 'pipeline_unknown'
  | 'pipeline_limit'
  | 'pipeline_changed' // by somebody else meanwhile
  | 'pipeline_paused'
  | 'pipeline_busy' // one run is under way and one waits for it
  | 'pipeline_run_unknown'
  | 'pipeline_run_over'
  | 'pipeline_trigger_refused' // a call from outside whose signature does not hold
  | 'pipeline_file_refused' // a path outside the folder that pipelines read from
  | 'validation_refused' // the rows are not good enough
  | 'bounds_missed' // a figure of the model is outside a bound of the file
  | 'release_refused' // the release was refused or withdrawn while a step waited for it
  | 'rollout_ended' // the rollout ended otherwise than it was waited for
  | 'step_result_lost' // an artifact of an earlier step is gone
  | 'step_timed_out'
  | 'step_stopped'; // with its run, or with the server

/** Of training by steps. A trigger, a file or a step that is wrong says where. */
export class PipelineError extends CodedError<PipelineErrorCode> {
  override readonly name = 'PipelineError';
  /** Of a malformed file: everything that is wrong, each by its path. */
  problems: readonly { field: string; message: string }[] = [];
}
