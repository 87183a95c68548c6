import type { Database } from '../../platform/db/index.ts';
import type { Dispatcher } from '../../platform/outbox/index.ts';
import { CAUSES } from './causes/causes.ts';
import { settleAlerts } from './settle.ts';
import { gatherSilence } from './silence/gather-silence.ts';
import { judgeSilence } from './silence/judge-silence.ts';

const INTERVAL_MS = 60_000;
/** Without a look for so long nobody was watching, and nothing is held against a device for that time. */
const UNWATCHED_MS = 10 * INTERVAL_MS;

export interface AlertDeps {
  database: Database;
  now: () => number;
}

export interface AlertWatch {
  /** At most once a minute by the clock of the server, however often it is asked. */
  look(): Promise<void>;
}

/**
 * Looks once at everything that a person should know of and makes the alerts agree with it. It finds causes in what is
 * committed, not in events, so an event that comes twice, late or never changes nothing.
 * @param watchingSince devices had no chance to be heard before; ms
 */
export async function lookForAlerts({ database, now }: AlertDeps, watchingSince = -Infinity): Promise<void> {
  await database.transaction(async (tx) => {
    const at = now();
    const { devices, open } = await gatherSilence(tx, at);
    const conditions = judgeSilence(devices, { now: at, watchingSince, open });
    for (const cause of CAUSES) conditions.push(...(await cause(tx, at)));
    await settleAlerts(tx, conditions, at);
  });
}

/** Looks every minute, and when something happened that may be a cause. Subscribes, so call it before the dispatcher starts. */
export function watchAlerts(deps: AlertDeps & { dispatcher: Dispatcher }): AlertWatch {
  let next = -Infinity;
  let watchingSince = deps.now();
  let lookedAt = deps.now();
  const lookNow = async () => {
    const now = deps.now();
    if (now - lookedAt > UNWATCHED_MS) watchingSince = now;
    lookedAt = now;
    await lookForAlerts(deps, watchingSince);
  };
  deps.dispatcher.subscribe(
    'alerts',
    ['device.cloned', 'device.stale', 'device.penalised', 'rollout.transition', 'rollout.asks', 'drift.judged'],
    lookNow,
  );
  return {
    async look() {
      if (deps.now() < next) return;
      next = deps.now() + INTERVAL_MS;
      await lookNow();
    },
  };
}
