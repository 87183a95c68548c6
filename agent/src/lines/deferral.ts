import { z } from 'zod';
import { AgentError } from '../errors.ts';
import type { Store } from '../ports/index.ts';
import { readOne, stored } from '../store/json.ts';
import { DEFERRAL } from '../store/keys.ts';

/** How far ahead a person on site may put installs off; after that somebody has to say so again. */
export const MAX_DEFERRAL_MS = 7 * 86_400_000;
const MAX_ACTOR = 128;

const deferral = z.strictObject({ until: z.number().int(), actor: z.string() });

export type Deferred = z.infer<typeof deferral>;

/** "Not now", said by a person who stands before the device. */
export interface Deferral {
  /** What holds installs back now; undefined when nothing does. */
  standing(): Deferred | undefined;
  /**
   * Resolves when it survives a power cut.
   * @param untilMs no install before then, at most seven days ahead; 0 takes back what was said before
   * @returns what holds from now on
   * @throws AgentError `deferral_invalid`; StoreError
   */
  put(untilMs: number, actor: string): Promise<Deferred | undefined>;
}

/** @param trustedNow ms; never before the newest signed time the device knows */
export async function openDeferral(store: Store, trustedNow: () => number): Promise<Deferral> {
  // What cannot be read was said by nobody: an install that goes on does no harm.
  let said = await readOne(store, DEFERRAL, deferral).catch(() => undefined);
  return {
    standing() {
      if (said === undefined) return undefined;
      const aheadMs = said.until - trustedNow();
      // Further ahead than anybody could have said: the clock was elsewhere then.
      return aheadMs > 0 && aheadMs <= MAX_DEFERRAL_MS ? said : undefined;
    },
    async put(untilMs, actor) {
      const next = untilMs === 0 ? undefined : { until: untilMs, actor };
      check(untilMs, actor, trustedNow());
      await store.commit([next === undefined ? { remove: DEFERRAL } : { put: DEFERRAL, value: stored(next) }]);
      said = next;
      return next;
    },
  };
}

function check(untilMs: number, actor: string, now: number): void {
  const latest = now + MAX_DEFERRAL_MS;
  if (untilMs !== 0 && !(Number.isSafeInteger(untilMs) && untilMs > now && untilMs <= latest)) {
    throw invalid('until', `until: ${untilMs}`, `0, or milliseconds since 1970 after ${now} and up to ${latest}`);
  }
  if (actor.trim() === '' || actor.length > MAX_ACTOR) {
    throw invalid('actor', `actor: ${actor.length} characters`, `a name of 1–${MAX_ACTOR} characters`);
  }
}

function invalid(field: string, message: string, expected: string): AgentError {
  return new AgentError('deferral_invalid', message, { kind: 'invalid', field, expected });
}
