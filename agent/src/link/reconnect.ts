import { sleep } from '@plumbline/shared/ports';
import type { Clock, Random } from '../ports/index.ts';
import { backoffDelay, type BackoffBounds } from './backoff.ts';
import type { Session } from './connect.ts';

export interface ReconnectDeps {
  clock: Clock;
  random: Random;
  bounds: BackoffBounds;
  /** Says `nudge` when it makes no sense to wait any longer: the network is back, a person asks. */
  nudges?: EventTarget | undefined;
  open: () => Promise<Session>;
  /** Runs while the session lives. */
  onOpen: (session: Session) => Promise<void>;
  onClosed: (reason: string) => void;
  onFailed: (error: unknown) => void;
  /** Ends a session that is still open when the loop stops. */
  leave: (session: Session) => Promise<void>;
}

/** For a while after a nudge: somebody waits for it, and a network that says it is back may need a moment more. */
const EAGER: BackoffBounds = { firstDelayMs: 1000, maxDelayMs: 8000 };
const EAGER_ATTEMPTS = 6;

/** Keeps one session open until the signal fires. The first attempt of a process is immediate; never rejects. */
export async function reconnect(deps: ReconnectDeps, signal: AbortSignal): Promise<void> {
  const { clock, random, bounds, nudges } = deps;
  let attempt = 0;
  let eager = 0;
  let waiting: AbortController | undefined;
  const nudge = () => {
    eager = EAGER_ATTEMPTS;
    waiting?.abort();
  };
  const wait = async (delayMs: number) => {
    waiting = new AbortController();
    await sleep(clock, delayMs, AbortSignal.any([signal, waiting.signal]));
    waiting = undefined;
  };
  const delayAfterFailure = () => {
    if (eager === 0) return backoffDelay(attempt++, random.next(), bounds);
    eager -= 1;
    return backoffDelay(EAGER_ATTEMPTS - eager - 1, random.next(), EAGER);
  };
  nudges?.addEventListener('nudge', nudge, { signal });
  while (!signal.aborted) {
    try {
      const session = await deps.open();
      attempt = 0;
      await live(deps, session, signal);
    } catch (error) {
      deps.onFailed(error);
      await wait(delayAfterFailure());
      continue;
    }
    // Whatever was asked for while there was a session has been had.
    eager = 0;
    if (!signal.aborted) await wait(backoffDelay(0, random.next(), bounds));
  }
}

async function live(deps: ReconnectDeps, session: Session, signal: AbortSignal): Promise<void> {
  // What goes wrong at the opening (a report that finds the line dead) shows as the end of the session too.
  await deps.onOpen(session).catch(deps.onFailed);
  const { promise: stopped, resolve: stop } = Promise.withResolvers<'stopped'>();
  if (signal.aborted) stop('stopped');
  signal.addEventListener('abort', () => stop('stopped'), { once: true });
  const reason = await Promise.race([session.closed, stopped]);
  deps.onClosed(reason);
  if (reason === 'stopped') await deps.leave(session);
}
