import { CodedError } from '../../errors/index.ts';

export type NetworkErrorCode =
  | 'calendar_without_work' // no weekday has a shift: nothing would ever finish
  | 'network_loop' // activities wait for each other; the message names them
  | 'network_reference_unknown'; // a calendar or activity that is not in the schedule

/** The dates of a schedule cannot be calculated at all. */
export class NetworkError extends CodedError<NetworkErrorCode> {
  override readonly name = 'NetworkError';
}
