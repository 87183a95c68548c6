import type { World } from './world.ts';

const WAIT_MS = 20;
const MAX_WAITS = 100_000;

/** Lets time pass until this is done: a question to the database waits for open transactions, and those for their time. */
export async function inTime<T>({ clock }: Pick<World, 'clock'>, work: Promise<T>): Promise<T> {
  const state = { isDone: false };
  const done = work.finally(() => {
    state.isDone = true;
  });
  done.catch(() => undefined);
  for (let i = 0; !state.isDone && i < MAX_WAITS; i += 1) await clock.advance(WAIT_MS);
  if (!state.isDone) throw new Error('simulated time passes, and an answer never comes');
  return done;
}
