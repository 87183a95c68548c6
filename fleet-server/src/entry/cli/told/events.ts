import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import { codeOf, isRetryable } from '@plumbline/shared/errors';
import { readServerEvents } from './server-events.ts';
import { connect, type Global } from '../connection.ts';

interface Flags {
  types: string;
  after?: string;
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** `plumbline events`: prints what happens until it is ended; goes on after a lost connection where it was. */
export function addEvents(program: Command): void {
  program
    .command('events')
    .description('follow what happens in the fleet')
    .option('--types <list>', 'types or families, separated by commas, as rollout.*,alert.raised', '*')
    .option('--after <id>', 'begin after this event instead of now; 0 is from the first that is kept')
    .action(async (flags: Flags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      let last = flags.after;
      let waitMs = FIRST_WAIT_MS;
      for (;;) {
        try {
          const path = `/api/v1/events?types=${encodeURIComponent(flags.types)}`;
          const headers = last === undefined ? {} : { 'last-event-id': last };
          for await (const event of readServerEvents(await (await connect(global)).stream(path, headers))) {
            last = event.id ?? last;
            waitMs = FIRST_WAIT_MS;
            if (event.data !== '') console.log(global.json ? jsonOf(event) : lineOf(event));
          }
        } catch (error) {
          // A server that is down comes back; what it refuses, it refuses again.
          if (!isRetryable(error) && codeOf(error) !== 'internal_error') throw error;
        }
        await wait(waitMs);
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      }
    });
}

interface Shown {
  id: string | undefined;
  event: string;
  data: string;
}

function jsonOf({ id, event, data }: Shown): string {
  const body = JSON.parse(data) as Record<string, unknown>;
  return JSON.stringify(event === 'gone' ? { id, type: 'gone', data: body } : { id, ...body });
}

function lineOf({ id, event, data }: Shown): string {
  const { timestamp = '', data: about = {} } = JSON.parse(data) as { timestamp?: string; data?: object };
  const words = Object.entries(about).map(([name, value]) => `${name}=${String(value)}`);
  return [id, timestamp, event, ...words].join('  ');
}
