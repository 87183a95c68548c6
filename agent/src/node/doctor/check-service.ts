import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { failed, ok, skipped, type Step } from './step.ts';

const UNIT = 'plumbline-agent.service';
const PROPERTIES = 'LoadState,UnitFileState,ActiveState,WatchdogUSec,NRestarts,Result';
const TIMEOUT_MS = 5000;
/** More than a few says that it ends again and again. */
const MANY_RESTARTS = 5;

/** Answer of `systemctl show`, as lines of NAME=VALUE. */
export type AskSystemd = () => Promise<string>;

/** Whether systemd starts this agent, watches it, and how often it had to start it again. */
export async function checkService(ask: AskSystemd = askSystemd): Promise<Step> {
  const answer = await ask().catch(() => undefined);
  if (answer === undefined) return skipped('watchdog', 'systemd does not run here: nobody starts the agent again');
  const of = Object.fromEntries(answer.split('\n').map((line) => line.split('=', 2)));
  if (of['LoadState'] !== 'loaded') return skipped('watchdog', `${UNIT} is not installed`);
  if (of['UnitFileState'] !== 'enabled') {
    return failed('watchdog', 'service_disabled', `${UNIT} does not start with the machine: systemctl enable ${UNIT}`);
  }
  if (of['ActiveState'] !== 'active') {
    return failed('watchdog', 'service_inactive', `${UNIT} is ${of['ActiveState']} (${of['Result']})`, 'unavailable');
  }
  const restarts = Number(of['NRestarts'] ?? 0);
  if (restarts > MANY_RESTARTS) {
    return failed('watchdog', 'service_restarts', `${UNIT} was started again ${restarts} times: journalctl -u ${UNIT}`);
  }
  if (['0', 'infinity', undefined].includes(of['WatchdogUSec'])) {
    return failed('watchdog', 'watchdog_off', `${UNIT} has no WatchdogSec=: a wedged agent would stay wedged`);
  }
  return ok('watchdog', `${UNIT} is watched every ${of['WatchdogUSec']}, started again ${restarts} times`);
}

async function askSystemd(): Promise<string> {
  const { stdout } = await promisify(execFile)('systemctl', ['show', UNIT, '-p', PROPERTIES], { timeout: TIMEOUT_MS });
  return stdout;
}
