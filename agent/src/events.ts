import { codeOf, messageOf } from '@plumbline/shared/errors';
import type { EventRow } from '@plumbline/shared/wire';
import type { Outbox } from './link/outbox/index.ts';
import type { Clock } from './ports/index.ts';
import type { AgentEvent } from './options.ts';

type Details = NonNullable<EventRow['details']>;

export interface Events {
  /** Something that happened to this agent: a row for the server and a line for the log. */
  record(code: string, details: Details): void;
  /** A problem of the moment, for the log only: a row for every lost packet would be a flood of its own. */
  problem(where: string, error: unknown): void;
  /** Takes the rejection of work nobody waits for. */
  guard(where: string, work: Promise<unknown>): void;
}

const MAX_TEXT = 1024;

export function createEvents(
  deps: { clock: Clock; outbox: () => Outbox | undefined },
  onEvent: (event: AgentEvent) => void = () => undefined,
): Events {
  const problem = (where: string, error: unknown) => {
    const details = { where, problem: codeOf(error), message: messageOf(error).slice(0, MAX_TEXT) };
    onEvent({ at: deps.clock.now(), code: 'problem', details });
  };
  return {
    record(code, details) {
      const at = deps.clock.now();
      const cut = Object.fromEntries(
        Object.entries(details).map(([name, value]) => [
          name,
          typeof value === 'string' ? value.slice(0, MAX_TEXT) : value,
        ]),
      );
      deps.outbox()?.writeSoon({ rows: [{ kind: 'event', at, code, details: cut }] });
      onEvent({ at, code, details: cut });
    },
    problem,
    guard: (where, work) => void work.catch((error: unknown) => problem(where, error)),
  };
}
