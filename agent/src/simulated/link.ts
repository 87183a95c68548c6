import { DialError, type Life, type SimulatedBroker } from '@plumbline/shared/testing/world';
import { LinkError, type Link } from '../ports/index.ts';

/** What passes between this device and the broker, as a checker wants to see it. */
export interface LinkWitness {
  sends: (topic: string, payload: Uint8Array) => void;
  hears: (topic: string, payload: Uint8Array) => void;
  dials: () => void;
  connected: () => void;
  closed: () => void;
}

/** The Link of the agent over the simulated broker. */
export function createLink(broker: SimulatedBroker, life: Life, witness: Partial<LinkWitness>): Link {
  return {
    async connect(options) {
      witness.dials?.();
      try {
        const end = await broker.dial(
          {
            ...options,
            onMessage(topic, payload) {
              if (!life.isAlive()) return;
              witness.hears?.(topic, payload);
              options.onMessage(topic, payload);
            },
            onClose(reason) {
              witness.closed?.();
              options.onClose(reason);
            },
          },
          life,
        );
        witness.connected?.();
        return {
          publish(topic, payload, how) {
            witness.sends?.(topic, payload);
            return attempt(end.publish(topic, payload, how));
          },
          subscribe: (filter) => attempt(end.subscribe(filter)),
          close: () => end.close(),
        };
      } catch (error) {
        throw linkErrorOf(error);
      }
    },
  };
}

function attempt<T>(work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw linkErrorOf(error);
  });
}

function linkErrorOf(cause: unknown): unknown {
  if (!(cause instanceof DialError)) return cause;
  const code = { dial_unreachable: 'link_unreachable', dial_refused: 'link_refused', connection_closed: 'link_closed' };
  return new LinkError(code[cause.code] as LinkError['code'], cause.message, { kind: 'unavailable', cause });
}
