import type { Clock } from '@plumbline/shared/ports';
import { NodeAgentError } from '../errors.ts';
import { realTimer } from './node-clock.ts';

/** A clock for replays: the date is set from outside, while waiting (back-off, timeouts) takes real time. */
export interface DrivenClock extends Clock {
  /** @throws NodeAgentError `clock_backwards` */
  set(now: number): void;
}

export function createDrivenClock(startAt: number): DrivenClock {
  let now = startAt;
  return {
    now: () => now,
    after: realTimer,
    set(to) {
      if (to < now) {
        throw new NodeAgentError('clock_backwards', `now: ${iso(to)} is before ${iso(now)}`, {
          kind: 'conflict',
          field: 'now',
          expected: `a time not before ${iso(now)}`,
        });
      }
      now = to;
    },
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
