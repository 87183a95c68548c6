import type { Manifest } from '@plumbline/shared/manifest';
import { joinRuns, LARGEST_RUN, type Run, type RunOutputs } from '@plumbline/shared/predict';
import type { Session } from '../ports/index.ts';

/** Outputs of a run; the rows that were asked for begin at `from`. */
export interface Turn {
  outputs: RunOutputs;
  from: number;
}

/** Sessions take one run at a time; who comes meanwhile, or in the same tick, is answered together by the next one. */
export interface Turns {
  /** Rejects with what the session threw. */
  run(run: Run): Promise<Turn>;
}

interface Waiting {
  run: Run;
  resolve(turn: Turn): void;
  reject(error: unknown): void;
}

export function createTurns(session: Session, { inputs }: Pick<Manifest, 'inputs'>, output: string): Turns {
  const outputs = [output];
  const isOpen = inputs.every((input) => input.kind === 'columns' && input.batch === 'dynamic');
  let waiting: Waiting[] = [];
  let isBusy = false;

  /** Those who are answered by one run: as many as fit, or a single one where the graph fixes its rows. */
  const next = (): Waiting[] => {
    let rows = 0;
    let count = 0;
    for (const { run } of waiting) {
      rows += run.rows;
      if (count > 0 && (!isOpen || rows > LARGEST_RUN)) break;
      count += 1;
    }
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    return taken;
  };

  const answer = async (asked: readonly Waiting[]): Promise<void> => {
    const [only, ...others] = asked;
    try {
      const joined = others.length === 0 ? only!.run : joinRuns(asked.map(({ run }) => run));
      const answered = await session.run(joined.feeds, outputs);
      let from = 0;
      for (const { run, resolve } of asked) {
        resolve({ outputs: answered, from });
        from += run.rows;
      }
    } catch (error) {
      if (others.length === 0) only!.reject(error);
      // One row that the model cannot take is the trouble of its own caller only.
      else for (const one of asked) await answer([one]);
    }
  };

  const work = async () => {
    while (waiting.length > 0) await answer(next());
    isBusy = false;
  };

  return {
    run(run) {
      return new Promise((resolve, reject) => {
        waiting.push({ run, resolve, reject });
        if (isBusy) return;
        isBusy = true;
        // After this tick, so that calls made side by side travel together.
        void Promise.resolve().then(work);
      });
    },
  };
}
