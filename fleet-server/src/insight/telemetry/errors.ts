import { CodedError } from '@plumbline/shared/errors';

export type TelemetryErrorCode =
  | 'stream_foreign'
  | 'stream_class_changed'
  | 'ingest_closed'
  | 'diagnostics_unknown' // the device has not answered
  | 'diagnostics_incomplete' // a part is still on its way
  | 'photo_unknown'
  | 'photo_incomplete';

export class TelemetryError extends CodedError<TelemetryErrorCode> {
  override readonly name = 'TelemetryError';
}
