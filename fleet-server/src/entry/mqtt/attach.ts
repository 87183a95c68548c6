import { codeOf, isCodedError, messageOf } from '@plumbline/shared/errors';
import { parseTopic } from '@plumbline/shared/wire';
import type { Fleet } from '../fleet.ts';
import type { Faults } from './faults.ts';
import { createHandlers } from './handlers.ts';
import { evictBarred } from './evict.ts';
import { tellSite } from './tell-site.ts';
import { publishDesired } from './publish-desired.ts';

export interface MqttEdge {
  /** Messages refused so far, by code. */
  refused: ReadonlyMap<string, number>;
  /** Publishes the desired state of every device again: the broker's retained store may be new. */
  republish(): Promise<void>;
  /** Resolves when no message is being handled. */
  idle(): Promise<void>;
}

/** Connects the broker to the verbs. A message that is refused costs a log line and a count, nothing else. */
export function attachMqtt(fleet: Fleet, faults: Faults = {}): MqttEdge {
  const handlers = createHandlers(fleet, faults);
  const refused = new Map<string, number>();
  const running = new Set<Promise<void>>();

  const refuse = (topic: string, error: unknown) => {
    const code = codeOf(error);
    refused.set(code, (refused.get(code) ?? 0) + 1);
    const field = isCodedError(error) ? error.field : undefined;
    fleet.log.warn({ topic, code, field, reason: messageOf(error) }, 'message refused');
  };

  fleet.broker.onMessage(({ topic, payload }) => {
    const parsed = parseTopic(topic);
    if (parsed?.direction !== 'up') return refuse(topic, new Error('unknown topic'));
    const { site, device } = parsed;
    const handled = handlers[parsed.channel]({ site, device, payload })
      .catch((error: unknown) => refuse(topic, error))
      .finally(() => running.delete(handled));
    running.add(handled);
  });

  const { republish } = publishDesired(fleet);
  evictBarred(fleet);
  tellSite(fleet);

  return {
    refused,
    republish,
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
