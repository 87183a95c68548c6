import { CodedError } from '@plumbline/shared/errors';

export type ExperimentErrorCode =
  | 'run_unknown'
  | 'run_not_running' // it has ended already
  | 'run_still_running' // only what has ended is put away
  | 'run_artifact_unknown'
  | 'run_malformed' // name, tags, settings or artifacts outside their limits
  | 'runs_cursor' // not the `next` of a page
  | 'runs_too_few' // a comparison needs two runs
  | 'rows_differ' // labels, scores and groups of different lengths
  | 'slice_unknown' // no such column to slice by
  | 'time_malformed'; // no moment in time

export class ExperimentError extends CodedError<ExperimentErrorCode> {
  override readonly name = 'ExperimentError';
}
