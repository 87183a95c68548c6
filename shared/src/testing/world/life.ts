import type { Clock } from '../../ports/clock.ts';

/** One process, from its start to the moment its power goes. After that nothing of it runs, and nothing it waits for comes. */
export interface Life {
  /** Timers that go with the process. */
  clock: Clock;
  isAlive(): boolean;
  /** Resolves after so many ms, and never once the process has ended. */
  wait(delayMs: number): Promise<void>;
  /** The promise of anything asked of a process that is no more. */
  never<T>(): Promise<T>;
  /** Runs when the process ends; at once when it has. */
  onEnd(task: () => void): void;
  end(): void;
}

export function createLife(clock: Clock): Life {
  let isAlive = true;
  const timers = new Set<() => void>();
  const onEnd: (() => void)[] = [];
  const after: Clock['after'] = (delayMs, task) => {
    if (!isAlive) return () => undefined;
    const takeBack = clock.after(delayMs, () => {
      timers.delete(takeBack);
      task();
    });
    timers.add(takeBack);
    return () => {
      timers.delete(takeBack);
      takeBack();
    };
  };
  return {
    clock: { now: clock.now, after },
    isAlive: () => isAlive,
    wait: (delayMs) => new Promise((resolve) => after(delayMs, resolve)),
    never: () => new Promise(() => undefined),
    onEnd(task) {
      if (isAlive) onEnd.push(task);
      else task();
    },
    end() {
      if (!isAlive) return;
      isAlive = false;
      for (const takeBack of timers) takeBack();
      timers.clear();
      for (const task of onEnd) task();
    },
  };
}
