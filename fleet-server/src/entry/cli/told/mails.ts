import type { Command } from 'commander';
import type { QueuedMail } from '../../mail/index.ts';
import { connect, type Global } from '../connection.ts';
import { everyPage } from '../every-page.ts';
import { print, table } from '../output.ts';

/** `alerts mails [list|retry|drop]`: alerts on their way by mail. */
export function addMails(alerts: Command): void {
  const mails = alerts.command('mails').description('alerts on their way by mail');
  mails
    .command('list', { isDefault: true })
    .description('newest first')
    .option('--state <state>', 'waiting, delivered or dead')
    .action(async ({ state }: { state?: string }, command: Command) => {
      const global = command.optsWithGlobals<Global>();
      const path = `/api/v1/alerts/mails${state === undefined ? '' : `?state=${encodeURIComponent(state)}`}`;
      const found = await everyPage(await connect(global), path, (page: { mails: QueuedMail[] }) => page.mails);
      print(found, global.json, () =>
        table(
          ['mail', 'to', 'state', 'attempts', 'subject', 'last'],
          found.map((one) => [one.id, one.recipient, one.state, one.attempts, one.subject, one.lastReason ?? '']),
        ),
      );
    });
  for (const [order, says] of [
    ['retry', 'send again what was given up'],
    ['drop', 'forget what was given up'],
  ] as const) {
    mails
      .command(order)
      .description(says)
      .option('--to <address>', 'of one address instead of all')
      .action(async (flags: { to?: string }, command: Command) => {
        const global = command.optsWithGlobals<Global>();
        const done = await (await connect(global)).post<{ mails: number }>(`/api/v1/alerts/mails/${order}`, flags);
        print(done, global.json, () => `${order}: ${done.mails} mails`);
      });
  }
}
