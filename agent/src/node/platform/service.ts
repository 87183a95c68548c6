import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What the manager of services, systemd, asked of a process it started: sd_notify(3), systemd.service(5). */
export interface ServiceSettings {
  /** `NOTIFY_SOCKET`: where it listens. */
  notifySocket: string;
  /** It ends a process that is silent so long; undefined: it does not watch. */
  watchdogMs: number | undefined;
}

/** Sends one notification, such as `READY=1`. @throws when the manager was not reached */
export type Notify = (...states: string[]) => Promise<void>;

const TIMEOUT_MS = 5000;
const run = promisify(execFile);

/**
 * Through systemd-notify(1), which every system with systemd has: Node has no datagram sockets of the kind that
 * `NOTIFY_SOCKET` is. It takes some 8 ms; the unit says `NotifyAccess=all`, because it is another process that speaks.
 */
export function notifyThrough({ notifySocket }: Pick<ServiceSettings, 'notifySocket'>): Notify {
  return async (...states) => {
    await run('systemd-notify', ['--no-block', ...states], {
      timeout: TIMEOUT_MS,
      env: { PATH: '/usr/bin:/bin', NOTIFY_SOCKET: notifySocket },
    });
  };
}
