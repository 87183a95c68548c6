import { CodedError } from '../errors/index.ts';

export type WireErrorCode =
  | 'frame_malformed'
  | 'frame_version'
  | 'frame_too_large'
  | 'message_malformed'
  | 'topic_malformed';

export class WireError extends CodedError<WireErrorCode> {
  override readonly name = 'WireError';
}
