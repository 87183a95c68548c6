import { setTimeout as pause } from 'node:timers/promises';

const TURN_MS = 10;
/** Long, because a busy machine is slow and not wrong; a condition that holds costs one turn. */
const WITHIN_MS = 40_000;

/**
 * Asks at every turn until the answer is there. The one place where a test waits for what tells nobody when it is done.
 * @param what ends the sentence "waited … ms until "
 * @param options `turnMs`: longer where the question itself costs what it waits for
 * @throws Error with that sentence and what was last said instead
 */
export async function eventually<T>(
  what: string,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
  { withinMs = WITHIN_MS, turnMs = TURN_MS }: { withinMs?: number; turnMs?: number } = {},
): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    let last: unknown;
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > until) throw new Error(`waited ${withinMs} ms until ${what}; last: ${String(last)}`);
    await pause(turnMs);
  }
}
