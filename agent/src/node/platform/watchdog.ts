import type { Clock } from '../../index.ts';
import type { Notify } from './service.ts';

export interface WatchdogDeps {
  clock: Pick<Clock, 'after'>;
  notify: Notify;
  /** Resolves when the core did its due work and the store answered; a wedged core never does. */
  probe: () => Promise<unknown>;
  /** One line for `systemctl status`. */
  status: () => string;
  /** A ping that was not sent, and why. */
  onProblem: (error: unknown) => void;
}

/** Pings in the time after which silence is fatal: one that is late or lost must not be the end. */
const PINGS_IN_TIME = 3;

/**
 * Tells the manager of services that this process works, and goes on telling it only while it does. Each ping follows
 * a probe; one that fails or never ends sends none, so that the manager ends this process and starts it again.
 * @param watchdogMs undefined: it says that it is ready and where it stands, and nobody waits for more
 */
export function startWatchdog(deps: WatchdogDeps, watchdogMs: number | undefined): AsyncDisposable {
  const { clock, notify, probe, status, onProblem } = deps;
  let takeBack: (() => void) | undefined;
  let isOver = false;

  const tell = (...states: string[]) => notify(...states).catch(onProblem);
  const ping = async () => {
    try {
      await probe();
      if (!isOver) await notify('WATCHDOG=1', `STATUS=${status()}`);
    } catch (error) {
      onProblem(error);
    }
  };
  const schedule = (everyMs: number) => {
    takeBack = clock.after(everyMs, () => {
      // The next one is set when this one has ended: a probe that hangs is followed by none.
      void ping().then(() => !isOver && schedule(everyMs));
    });
  };

  void tell('READY=1', `STATUS=${status()}`);
  if (watchdogMs !== undefined) schedule(watchdogMs / PINGS_IN_TIME);
  return {
    async [Symbol.asyncDispose]() {
      isOver = true;
      takeBack?.();
      await tell('STOPPING=1');
    },
  };
}
