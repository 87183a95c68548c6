import { messageOf } from '@plumbline/shared/errors';
import type { TrialAnswer, TrialQuestion } from './trial-protocol.ts';

export type Ending = { answer: TrialAnswer } | { ended: string } | { late: true };

/** One trial worker, which is ended when it is late, and known to have ended when it crashed. */
export interface WatchedWorker {
  readonly alive: boolean;
  /** One question at a time. */
  ask(question: TrialQuestion, withinMs: number): Promise<Ending>;
  end(why: string): void;
}

export function watchWorker(worker: Worker): WatchedWorker {
  let alive = true;
  let settle: ((ending: Ending) => void) | undefined;
  const end = (why: string) => {
    alive = false;
    worker.terminate();
    settle?.({ ended: why });
  };
  worker.addEventListener('message', ({ data }: MessageEvent<TrialAnswer>) => settle?.({ answer: data }));
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    end(messageOf(event.error ?? event.message) || 'the worker ended');
  });
  worker.addEventListener('messageerror', () => end('the answer could not be read'));

  return {
    get alive() {
      return alive;
    },
    end,
    async ask(question, withinMs) {
      const { promise, resolve } = Promise.withResolvers<Ending>();
      settle = resolve;
      const startedAt = performance.now();
      const timer = setTimeout(() => resolve({ late: true }), withinMs);
      worker.postMessage(question);
      const ending = await promise;
      clearTimeout(timer);
      settle = undefined;
      // An answer that was already on its way when the timer should have fired is late all the same.
      const isLate = 'late' in ending || performance.now() - startedAt > withinMs;
      if (!isLate) return ending;
      end('late');
      return { late: true };
    },
  };
}
