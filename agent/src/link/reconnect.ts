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

/** Keeps one session open until the signal fires. The first attempt of a process is immediate; never rejects. */
export async function reconnect(deps: ReconnectDeps, signal: AbortSignal): Promise<void> {
  const { random, bounds } = deps;
  for (let attempt = 0; !signal.aborted;) {
    try {
      const session = await deps.open();
      attempt = 0;
      await live(deps, session, signal);
    } catch (error) {
      deps.onFailed(error);
      await wait(deps, backoffDelay(attempt, random.next(), bounds), signal);
      attempt += 1;
      continue;
    }
    if (!signal.aborted) await wait(deps, backoffDelay(0, random.next(), bounds), signal);
  }
}

async function wait({ clock, nudges }: ReconnectDeps, delayMs: number, signal: AbortSignal): Promise<void> {
  const nudged = new AbortController();
  const nudge = () => nudged.abort();
  nudges?.addEventListener('nudge', nudge);
  await sleep(clock, delayMs, AbortSignal.any([signal, nudged.signal]));
  nudges?.removeEventListener('nudge', nudge);
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
