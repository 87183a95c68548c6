import { Cron } from 'croner';
import { messageOf } from '@plumbline/shared/errors';
import { ScoringError } from '../errors.ts';

/**
 * When a pattern comes next, ms, strictly after a time. Nothing is started by it: whoever looks compares with the clock.
 * @param cron five fields; @param zone IANA name, by whose wall clock they count
 * @throws ScoringError `job_schedule`, also for a pattern that never comes
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

function malformed(field: 'cron' | 'zone', what: string, cause?: unknown): ScoringError {
  return new ScoringError('job_schedule', `${field}: ${what}`, {
    field,
    expected: field === 'cron' ? 'a pattern such as 0 5 * * *' : 'a time zone such as Europe/Berlin',
    cause,
  });
}
