import type { Logger } from 'pino';
import { codeOf } from '@plumbline/shared/errors';
import type { Clock } from '@plumbline/shared/ports';
import type { Database } from '../../platform/db/index.ts';
import type { Dispatcher } from '../../platform/outbox/index.ts';
import { createDeliveryLoop, type DeliveryLoop } from './deliveries/loop.ts';
import { keepEvent } from './feed/keep-event.ts';
import { dropOld } from './feed/read.ts';
import { toldTypes } from './feed/told-types.ts';
import type { ReceiverRules } from './receiver/receiver-rules.ts';
import { createSender } from './receiver/send.ts';

const DROP_EVERY_MS = 3_600_000;

export interface OutwardDeps {
  database: Database;
  dispatcher: Dispatcher;
  clock: Clock;
  log: Logger;
  webhookRules: ReceiverRules;
}

/**
 * Tells other programs what happens: every event that is for them is kept in the feed and queued for the webhooks, and
 * what is queued is sent. Subscribes, so it is called before the dispatcher starts.
 */
export function startOutward(deps: OutwardDeps): Pick<DeliveryLoop, 'stop' | 'settled'> {
  const { database, dispatcher, clock, log, webhookRules } = deps;
  const onError = (error: unknown) => log.error({ code: codeOf(error), err: error }, 'webhooks');
  const loop = createDeliveryLoop({ database, clock, send: createSender(webhookRules), onError });
  let droppedAt = clock.now();
  dispatcher.subscribe('webhooks', toldTypes, async (event, delivery) => {
    await keepEvent(database, event, delivery);
    if (clock.now() - droppedAt < DROP_EVERY_MS) return;
    droppedAt = clock.now();
    await dropOld(database, droppedAt);
  });
  loop.start();
  return loop;
}
