import type { Clock } from '@plumbline/shared/ports';
import type { Database } from '../db/index.ts';
import { createCleanUp, dropStaleCursors } from './clean-up.ts';
import type { Subscription } from './deliver.ts';
import { EMITTED, emittedType } from './emit.ts';
import type { EventOf, FleetEventType } from './events.ts';
import { createLane, type Lane } from './lane.ts';

/** What a handler is told besides the event. `id` is the same at every delivery; `at` is the time it was emitted, ms. */
export interface Delivery {
  id: number;
  at: number;
}

export interface Dispatcher {
  /**
   * Adds a subscriber, before `start`. It hears every event of these types at least once and in order, also those
   * emitted while the server was down. `name` is its place in the log and must not change from one start to the next.
   */
  subscribe<Type extends FleetEventType>(
    name: string,
    types: readonly Type[],
    handler: (event: EventOf<Type>, delivery: Delivery) => Promise<void>,
  ): void;
  start(): Promise<void>;
  /** Lets running handlers end, then delivers nothing more. */
  stop(): Promise<void>;
  /** Resolves when every subscriber has had what is deliverable now; what waits for a retry is not waited for. */
  settled(): Promise<void>;
}

/** Delivers committed events. A subscriber that fails is tried again later and holds up nobody else. */
export function createDispatcher(deps: { database: Database; clock: Clock }): Dispatcher {
  const { database, clock } = deps;
  const lanes = new Map<string, { lane: Lane; subscription: Subscription }>();
  const cleanUp = createCleanUp(database, clock, () => [...lanes.values()].map(({ subscription }) => subscription));
  let takeBack: (() => void)[] = [];

  return {
    subscribe(name, types, handler) {
      if (lanes.has(name)) throw new Error(`Two outbox subscribers are called "${name}".`);
      // A lane reads events of its types only, so its handler meets no other than it declared.
      const subscription = { name, types, handler } as unknown as Subscription;
      lanes.set(name, { lane: createLane(database, clock, subscription), subscription });
    },
    async start() {
      await dropStaleCursors(database, [...lanes.keys()]);
      takeBack = [...lanes.values()].flatMap(({ lane, subscription }) =>
        subscription.types.map((type) => database.onCommit(emittedType(type), lane.wake)),
      );
      takeBack.push(database.onCommit(EMITTED, cleanUp.wake));
      cleanUp.wake();
      for (const { lane } of lanes.values()) lane.wake();
    },
    async stop() {
      for (const one of takeBack) one();
      await Promise.all([...lanes.values()].map(({ lane }) => lane.close()));
      await cleanUp.close();
    },
    async settled() {
      await Promise.all([...lanes.values()].map(({ lane }) => lane.settled()));
    },
  };
}
