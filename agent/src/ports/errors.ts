import { CodedError } from '@plumbline/shared/errors';

export class StoreError extends CodedError<'store_full' | 'store_unavailable' | 'store_malformed'> {
  override readonly name = 'StoreError';
}

export class LinkError extends CodedError<'link_unreachable' | 'link_refused' | 'link_closed'> {
  override readonly name = 'LinkError';
}

export class InferenceError extends CodedError<'model_unloadable' | 'run_failed'> {
  override readonly name = 'InferenceError';
}
