import { z } from 'zod';
import type { Store } from '../ports/index.ts';
import { readOne, stored } from '../store/json.ts';
import { SESSION } from '../store/keys.ts';

const reserved = z.number().int().nonnegative();
/** Numbers put aside by one commit: a full disk does not cut a device off from the server at once. */
const AHEAD = 32;

/**
 * The number of the next connection: rises with every one, across crashes too, and may skip. Two devices that hold the
 * same key sooner or later say the same number, or a lower one.
 * @throws StoreError when no higher number can be made durable
 */
export async function createSessions(store: Store): Promise<() => Promise<number>> {
  let durable = (await readOne(store, SESSION, reserved)) ?? 0;
  let last = durable;
  return async () => {
    if (last >= durable) {
      const ahead = durable + AHEAD;
      await store.commit([{ put: SESSION, value: stored(ahead) }]);
      durable = ahead;
    }
    last += 1;
    return last;
  };
}
