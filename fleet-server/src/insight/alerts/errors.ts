import { CodedError } from '@plumbline/shared/errors';

export type AlertErrorCode = 'alert_unknown' | 'alert_over' | 'alert_acknowledged';

export class AlertError extends CodedError<AlertErrorCode> {
  override readonly name = 'AlertError';
}
