import type { Command } from 'commander';
import type { Alert, ShownAlert } from '../../../insight/alerts/index.ts';
import { addMails } from './mails.ts';
import { addMutes } from './mutes.ts';
import { addRules } from './rules.ts';
import { connect, type Global } from '../connection.ts';
import { print, table } from '../output.ts';

export function addAlerts(program: Command): void {
  const alerts = program.command('alerts').description('what a person should know of');
  alerts
    .command('list')
    .description('open alerts, newest first')
    .option('--all', 'those that are over too', false)
    .action(async (flags: { all: boolean }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const path = `/api/v1/alerts?state=${flags.all ? 'all' : 'open'}`;
      const { alerts: found } = await (await connect(global)).get<{ alerts: ShownAlert[] }>(path);
      print(found, global.json, () =>
        table(
          ['alert', 'kind', 'severity', 'since', 'state', 'what'],
          found.map((one) => [one.id, one.kind, one.severity, timeOf(one.raisedAt), shownState(one), one.sentence]),
        ),
      );
    });
  alerts
    .command('acknowledge <alert>')
    .description('say that you have seen it; what has happened for good is over with that')
    .option('--note <text>', 'kept with it', '')
    .action(async (id: string, flags: { note: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const path = `/api/v1/alerts/${encodeURIComponent(id)}/acknowledge`;
      const seen = await (await connect(global)).post<Alert>(path, flags);
      print(seen, global.json, () => `${id}: ${stateOf(seen)}`);
    });
  addMutes(alerts);
  addRules(alerts);
  addMails(alerts);
}

function shownState(alert: ShownAlert): string {
  const { muted } = alert;
  return muted === undefined ? stateOf(alert) : `${stateOf(alert)}, muted until ${timeOf(muted.until)} by ${muted.by}`;
}

function stateOf({ clearedAt, clearedReason, acknowledged }: Alert): string {
  if (clearedAt !== undefined) return `over since ${timeOf(clearedAt)}: ${clearedReason}`;
  return acknowledged === undefined ? 'open' : `seen by ${acknowledged.by}`;
}

function timeOf(at: number): string {
  return new Date(at).toISOString().slice(0, 19);
}
