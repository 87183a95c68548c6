import { Cron } from 'croner';
import { CodedError, messageOf } from '@plumbline/shared/errors';

export class ScheduleError extends CodedError<'schedule_malformed'> {
  override readonly name = 'ScheduleError';
}

/**
 * When a pattern comes next, ms, strictly after a time. Nothing is started by it: whoever looks compares with the clock.
 * @param cron five fields; @param zone IANA name, by whose wall clock they count
 * @throws ScheduleError `schedule_malformed` of `cron` or `zone`, also for a pattern that never comes
 */
export function nextTime(cron: string, zone: string, afterMs: number): number {
  if (cron.trim().split(/\s+/).length !== 5) throw malformed('cron', `${cron}: not five fields`);
  try {
    const next = new Cron(cron, { timezone: zone, paused: true }).nextRun(new Date(afterMs));
    if (next !== null) return next.getTime();
  } catch (cause) {
    throw malformed(/timezone/i.test(messageOf(cause)) ? 'zone' : 'cron', messageOf(cause), cause);
  }
  throw malformed('cron', `${cron} never comes`);
}

function malformed(field: 'cron' | 'zone', what: string, cause?: unknown): ScheduleError {
  const expected = field === 'cron' ? 'a pattern such as 0 5 * * 1' : 'a time zone such as Europe/Berlin';
  return new ScheduleError('schedule_malformed', `${field}: ${what}`, { field, expected, cause });
}
