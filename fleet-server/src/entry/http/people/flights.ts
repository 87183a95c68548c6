import { createHash, randomBytes } from 'node:crypto';
import type { Flight } from '../../../platform/ports/index.ts';

/** A sign-in that began in one browser, and the page of ours it goes back to. */
export interface OpenFlight extends Flight {
  to: string;
}

export interface Flights {
  /** @returns what the browser's cookie holds: who brings it back is who left */
  open(flight: OpenFlight): string;
  /** Once, and in time. */
  take(ticket: string): OpenFlight | undefined;
}

/** A person looks for a second factor; ten minutes are what RFC 6749 gives a code. */
export const FLIGHT_MS = 600_000;
/** Whoever opens more only throws out others' and waits by address before that. */
const MOST = 10_000;
const TICKET_BYTES = 32;

/** In memory: a restart of the server costs whoever is away one more click. */
export function createFlights(now: () => number): Flights {
  const open = new Map<string, { flight: OpenFlight; until: number }>();
  return {
    open(flight) {
      for (const [ticket, { until }] of open) {
        // In the order of their beginning, so the first one that is in time ends the search.
        if (until > now() && open.size < MOST) break;
        open.delete(ticket);
      }
      const ticket = randomBytes(TICKET_BYTES).toString('base64url');
      open.set(hashOf(ticket), { flight, until: now() + FLIGHT_MS });
      return ticket;
    },
    take(ticket) {
      const found = open.get(hashOf(ticket));
      open.delete(hashOf(ticket));
      return found !== undefined && found.until > now() ? found.flight : undefined;
    },
  };
}

function hashOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('hex');
}
