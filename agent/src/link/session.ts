import { z } from 'zod';
import type { Store } from '../ports/index.ts';
import { readMended, stored, type OnDamaged } from '../store/json.ts';
import { SESSION } from '../store/keys.ts';

const reserved = z.number().int().nonnegative();
/** Numbers put aside by one commit: a full disk does not cut a device off from the server at once. */
const AHEAD = 32;

export interface SessionsOptions {
  /** The time as this device believes it, ms. */
  now?: () => number;
  onDamaged?: OnDamaged;
}

/**
 * The number of the next connection: rises with every one, across crashes too, and may skip. Two devices that hold the
 * same key sooner or later say the same number, or a lower one. When the disk no longer says how far they were, they go
 * on from the seconds of the present, which no device has counted to one by one: a lower number would look like a clone.
 * @throws StoreError when no higher number can be made durable
 */
export async function createSessions(
  store: Store,
  { now = () => 0, onDamaged = () => undefined }: SessionsOptions = {},
): Promise<() => Promise<number>> {
  let isDamaged = false;
  const known = await readMended(store, SESSION, reserved, (key, error) => {
    isDamaged = true;
    onDamaged(key, error);
  });
  let durable = isDamaged ? Math.floor(now() / 1000) : (known ?? 0);
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
