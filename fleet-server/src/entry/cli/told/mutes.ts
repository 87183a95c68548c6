import type { Command } from 'commander';
import type { Mute } from '../../../insight/alerts/index.ts';
import { CodedError } from '@plumbline/shared/errors';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

interface Flags {
  kind?: string;
  subject?: string;
  for: string;
  reason: string;
}

/** `alerts mute|unmute|mutes`. */
export function addMutes(alerts: Command): void {
  alerts
    .command('mute [alert]')
    .description('tell nobody of an alert, a kind or a subject for a while; the list shows it all the same')
    .option('--kind <kind>', 'as device_silent')
    .option('--subject <subject>', 'as site:north')
    .option('--for <time>', 'minutes, hours or days, at most 90d', '8h')
    .option('--reason <text>', 'kept with it', '')
    .action(async (alert: string | undefined, flags: Flags, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      // The clock of the server counts, which may not be that of whoever asks.
      const forMs = durationOf(flags.for);
      const { kind, subject, reason } = flags;
      const body = { alert, kind, subject, forMs, reason };
      const mute = await (await connect(global)).post<Mute>('/api/v1/alerts/mutes', body);
      print(mute, global.json, () => `${mute.id}: ${whatOf(mute)} until ${timeOf(mute.until)}`);
    });
  alerts
    .command('unmute <mute>')
    .description('end a mute now; what still stands is told of')
    .action(async (id: string, _flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const path = `/api/v1/alerts/mutes/${encodeURIComponent(id)}/end`;
      print(await (await connect(global)).post<Mute>(path, {}), global.json, () => `${id} is over`);
    });
  alerts
    .command('mutes')
    .description('what is muted now, the first to end first')
    .action(async (_flags: unknown, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const { mutes } = await (await connect(global)).get<{ mutes: Mute[] }>('/api/v1/alerts/mutes');
      print(mutes, global.json, () =>
        table(
          ['mute', 'what', 'until', 'by', 'reason'],
          mutes.map((one) => [one.id, whatOf(one), timeOf(one.until), one.by, one.reason]),
        ),
      );
    });
}

/** `30m`, `8h`, `7d` → ms. @throws CodedError `duration_malformed` */
function durationOf(text: string): number {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) return Number(count) * UNITS[unit as keyof typeof UNITS];
  throw new CodedError('duration_malformed', `--for: ${text}`, { field: '--for', expected: '30m, 8h or 7d' });
}

function whatOf({ kind, subject }: Mute): string {
  return [kind, subject].filter((one) => one !== undefined).join(' of ');
}

function timeOf(at: number): string {
  return new Date(at).toISOString().slice(0, 19);
}
