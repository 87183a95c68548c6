import { failed, ok, type Step } from './step.ts';

/** What the server allows between its clock and the one a connect token was made by. */
const TOLERANCE_MS = 5 * 60_000;

/** The clock against signed time, which needs no network, and against what servers answered. All times ms. */
export function checkClock(clock: number, timeFloor: number, serverTimes: readonly number[]): Step {
  const server = serverTimes.at(-1);
  if (server !== undefined && Math.abs(server - clock) > TOLERANCE_MS) {
    return failed('clock', 'clock_suspect', `the clock says ${iso(clock)}, and the server ${iso(server)}`);
  }
  if (clock < timeFloor - TOLERANCE_MS) {
    return failed('clock', 'clock_suspect', `the clock says ${iso(clock)}, and ${iso(timeFloor)} was signed already`);
  }
  const compared = server === undefined ? 'no server was there to compare it with' : 'the server agrees';
  return ok('clock', `the clock says ${iso(clock)}; ${compared}`);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
