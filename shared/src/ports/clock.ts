/** Time as everything in Plumbline sees it. A simulation or a replay provides its own. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
  /** Runs `task` once, `delayMs` from now; the returned function takes it back. */
  after(delayMs: number, task: () => void): () => void;
}

/** Resolves after `delayMs` of this clock, or at once when the signal fires. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      takeBack();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const takeBack = clock.after(delayMs, done);
    signal?.addEventListener('abort', done);
  });
}
