import type { Context } from 'hono';
import { codeOf } from '@plumbline/shared/errors';
import { recordLimited } from '../../../sites/devices/index.ts';
import { createAttempts } from '../../attempts.ts';
import type { Fleet } from '../../fleet.ts';
import { networkOf, remoteAddress, tooMany } from '../rate-limit.ts';
import { createThrottle } from './throttle.ts';

/** A guesser at one name gets one try a minute at most; its owner waits no longer than that either. */
const PER_NAME = { free: 5, firstMs: 1_000, mostMs: 60_000 };
/** An office stands behind one address. */
const PER_ADDRESS = { free: 20, firstMs: 1_000, mostMs: 900_000 };
/** From everywhere: what hashing may cost in the worst case. */
const OVERALL = { burst: 100, intervalMs: 100 };
const TELL_AGAIN = { burst: 1, intervalMs: 600_000 };
const EVERYBODY = 'everybody';

/**
 * One attempt to prove who one is. Every refusal of the proof counts, whether the name is known or not.
 * @returns the answer of the attempt, or 429
 */
export type Attempt = (context: Context, name: string, prove: () => Promise<Response>) => Promise<Response>;

const REFUSALS: readonly string[] = ['sign_in_refused', 'code_refused', 'identity_refused'];

export function limitSignIn(fleet: Fleet, now: () => number): Attempt {
  const perName = createThrottle(now, PER_NAME);
  const perAddress = createThrottle(now, PER_ADDRESS);
  const overall = createAttempts(now, OVERALL);
  const told = createAttempts(now, TELL_AGAIN);
  return async (context, name, prove) => {
    const from = remoteAddress(context);
    const address = networkOf(from);
    let waitMs = perAddress.take(address);
    if (waitMs === 0) {
      waitMs = perName.take(name) || overall.take(EVERYBODY);
      // Whoever waits because somebody else guesses at their name has done nothing.
      if (waitMs > 0) perAddress.giveBack(address);
    }
    if (waitMs > 0) {
      const what = { route: context.req.path, from };
      if (told.take(address) === 0) await recordLimited(fleet.database, what);
      return tooMany(context, waitMs);
    }
    try {
      const answer = await prove();
      perName.forgive(name);
      // Not forgiven: one account of one's own would pay for guesses at all others.
      perAddress.giveBack(address);
      return answer;
    } catch (error) {
      if (!REFUSALS.includes(codeOf(error) ?? '')) {
        perName.giveBack(name);
        perAddress.giveBack(address);
      }
      throw error;
    }
  };
}
