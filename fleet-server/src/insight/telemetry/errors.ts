import { CodedError } from '@plumbline/shared/errors';

export type TelemetryErrorCode = 'stream_foreign' | 'stream_class_changed' | 'ingest_closed';

export class TelemetryError extends CodedError<TelemetryErrorCode> {
  override readonly name = 'TelemetryError';
}
