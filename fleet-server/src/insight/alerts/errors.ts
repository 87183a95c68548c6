import { CodedError } from '@plumbline/shared/errors';

export type AlertErrorCode =
  | 'alert_unknown'
  | 'alert_over'
  | 'alert_acknowledged'
  | 'alert_rule_unknown'
  | 'alert_rule_limit'
  | 'alert_route_unknown' // a webhook that does not exist
  | 'alert_mute_unknown'
  | 'alert_mute_empty'
  | 'alert_mute_time'
  | 'alert_mute_over';

export class AlertError extends CodedError<AlertErrorCode> {
  override readonly name = 'AlertError';
}
