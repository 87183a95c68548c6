import { CodedError } from '@plumbline/shared/errors';

export class PipelineError extends CodedError<'gate_refused'> {
  override readonly name = 'PipelineError';
}
