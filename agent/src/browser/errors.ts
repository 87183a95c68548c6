import { CodedError } from '@plumbline/shared/errors';

export type TabletErrorCode =
  | 'browser_unfit' // it lacks something the agent cannot do without; the message names it
  | 'trial_unavailable'
  | 'worker_ended' // the agent is being started again
  | 'leader_silent' // the tab that runs the agent does not answer
  | 'gateway_wrong' // it answers, and not as a gateway does
  | 'closed';

/** Refusals of the browser's own part; those of core and ports cross from worker and tab with their own codes. */
export class TabletError extends CodedError<TabletErrorCode> {
  override readonly name = 'TabletError';
}
