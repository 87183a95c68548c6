import type { AgentEvent } from '../options.ts';

/** The last events and problems of this life of the agent, oldest first. */
export interface RecentEvents {
  take(event: AgentEvent): void;
  all(): readonly AgentEvent[];
}

const KEPT = 500;

export function createRecentEvents(kept = KEPT): RecentEvents {
  const events: AgentEvent[] = [];
  return {
    take(event) {
      events.push(event);
      if (events.length > kept) events.shift();
    },
    all: () => events,
  };
}
