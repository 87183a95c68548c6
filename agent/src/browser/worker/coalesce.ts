import type { Clock } from '../../index.ts';

export interface Coalesced {
  /** Until then nothing is done, whatever is said: what the work looks at is not there yet. */
  begin(): void;
  /** There is something to do: soon, however often it is said. */
  soon(): void;
  /** Resolves when what was asked for so far is done. */
  now(): Promise<void>;
  /** Resolves when nothing is done any more. */
  stop(): Promise<void>;
}

/** Runs `work` at most once in `everyMs`, and never twice at a time. What it throws goes to `onProblem`. */
export function coalesce(
  clock: Clock,
  everyMs: number,
  work: () => Promise<void>,
  onProblem: (error: unknown) => void,
): Coalesced {
  let turn: Promise<void> = Promise.resolve();
  let takeBack: (() => void) | undefined;
  let isStopped = false;
  let hasBegun = false;
  const run = () => {
    takeBack = undefined;
    turn = turn.then(() => (isStopped ? undefined : work())).catch(onProblem);
    return turn;
  };
  return {
    begin() {
      hasBegun = true;
    },
    soon() {
      if (hasBegun && !isStopped) takeBack ??= clock.after(everyMs, () => void run());
    },
    now() {
      if (!hasBegun) return turn;
      takeBack?.();
      return run();
    },
    stop() {
      isStopped = true;
      takeBack?.();
      return turn;
    },
  };
}
